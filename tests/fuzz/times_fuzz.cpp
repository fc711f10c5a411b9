// Times in file names, metadata, tables and options; patterns for times and sites, with what they are compared with.
#include <algorithm>
#include <cmath>

#include <veery/archive/site_pattern.hpp>
#include <veery/archive/start_time.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/state/utc.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {
namespace {

void check_same(const RecordingTime& time) {
  const auto read = parse_time(format_time(time));
  expect(read && read->local_ms == time.local_ms && read->utc_offset_minutes == time.utc_offset_minutes,
         "a time comes back from its text");
}

template <typename Read>
void attempt(const Read& read) {
  try {
    read();
  } catch (const Error&) {
  }
}

void check_readings(const std::string& text) {
  for (const auto& time : {time_from_name(text), time_from_hexadecimal_name(text), time_from_timestamp(text),
                           time_from_comment(text).time, time_from_bext(text).time}) {
    if (time) check_same(*time);
  }
  if (const auto stamp = timestamp_in_wamd(text))
    expect(text.find(*stamp) != std::string::npos, "a field of the chunk");
}

/// All that one text can claim at once.
void check_decision(const std::string& text) {
  static const TimeZone zone =
      time_zone_from_text("\"x\",0,4000000000000,0,-360,1710057600000,-300,1730617200000,-360\n");
  AudioMetadata metadata;
  metadata.guano = Guano::parse(text);
  metadata.texts["comment"] = text;
  metadata.chunks = {{"bext", text}, {"wamd", text}};
  StartTimeOptions options;
  options.zone = zone;
  const StartTime start = decide_start(time_claims(text, metadata, options), options, 86'400'000);
  expect(start.time.has_value() == !start.from.empty(), "a time is from somewhere");
  if (!start.time) return;
  check_same(*start.time);
  const RecordingTime later = time_after(*start.time, start.clock_changes, 86'400'000);
  check_same(later);
  if (start.time->utc_offset_minutes)
    expect(*utc_ms(later) == *utc_ms(*start.time) + 86'400'000, "a day later is a day later");
}

/// The pattern ends at the first NUL.
void check_patterns(const std::string& text) {
  const std::size_t end = std::min(text.find('\0'), text.size());
  const std::string pattern = text.substr(0, end);
  const std::string name = text.substr(std::min(end + 1, text.size()));
  attempt([&] {
    if (const auto time = TimePattern{pattern}.find(name)) check_same(*time);
  });
  attempt([&] {
    const auto site = SitePattern{pattern}.find(name);
    expect(!site || (!site->empty() && name.find(*site) != std::string::npos), "a site is a part of its path");
  });
}

}  // namespace

std::vector<std::string> seeds() {
  using namespace std::string_literals;
  return {"SM4_20240601_053000.wav",
          "20240601T053000+0930_REC.wav",
          "S20240815T072337.055497+1000_E20240815T073336.984+1000.wav",
          "5CD5A2F0.WAV",
          "Recorded at 05:30:00 01/06/2024 (UTC+5:30) by AudioMoth 24526B065D325963 at medium gain",
          R"(opso_metadata{"recording_start_time": "2024-05-28T10:00:00+00:00"})",
          "Timestamp: 2024-06-01T05:30:00+02:00\n",
          std::string(320, ' ') + "2024-06-0105:30:00" + std::string(264, '\0') + "T=UTC+02:00",
          "\5\0\x19\0\0\0"s + "2014-04-02 22:59:14-05:00",
          "%y%m%d*_%H%M%S%z\0A_171106_x_190725+0200.wav"s,
          "**/{site}_*\0a/S01_20240601.wav"s,
          "{region}/{site}-*\0north/P1-7/x.wav"s,
          "America/Chicago,0,1,2,3\n",
          "20240601$053000.wav",
          "2024-06-01T05:30:00.250-02:30",
          "2024-06-01T05:30:00.000Z",
          "2026-06-01T07:30:00+02:00",
          "1.5h",
          "250ms",
          "1e308d"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const std::string text = fuzz::text_of(bytes, size);
  fuzz::check_readings(text);
  fuzz::check_decision(text);
  fuzz::check_patterns(text);
  fuzz::attempt([&] {
    const std::string zone = time_zone_to_text(time_zone_from_text(text));
    fuzz::expect(time_zone_to_text(time_zone_from_text(zone)) == zone, "a zone comes back from its text");
  });
  fuzz::attempt([&] {
    if (const auto time = parse_time(text)) fuzz::check_same(*time);
  });
  fuzz::attempt([&] {
    const double seconds = parse_duration_s(text);
    fuzz::expect(std::isfinite(seconds) && seconds >= 0.0, "a duration is finite");
    static_cast<void>(format_duration(seconds));
  });
  fuzz::attempt([&] { fuzz::expect(std::isfinite(parse_moment_s(text)), "a moment is finite"); });
  return 0;
}
