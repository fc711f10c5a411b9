#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <veery/archive/recording_time.hpp>
#include <veery/base/error.hpp>

#include "archive/time_text.hpp"

namespace veery {
namespace {

constexpr int kLatestYearInTables = 9998;

std::string format_offset(int minutes) {
  if (minutes == 0) return "Z";
  std::array<char, 16> text{};
  const int length = std::snprintf(text.data(), text.size(), "%c%02d:%02d", minutes < 0 ? '-' : '+',
                                   std::abs(minutes) / 60, std::abs(minutes) % 60);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

RecordingTime time_after(const RecordingTime& start, const std::vector<ClockChange>& changes, std::int64_t elapsed_ms) {
  RecordingTime time{start.local_ms + elapsed_ms, start.utc_offset_minutes};
  if (!start.utc_offset_minutes) return time;
  for (const ClockChange& change : changes) {
    if (change.after_ms > elapsed_ms) break;
    time.utc_offset_minutes = change.utc_offset_minutes;
  }
  time.local_ms += (*time.utc_offset_minutes - *start.utc_offset_minutes) * kMsPerMinute;
  return time;
}

std::optional<std::int64_t> utc_ms(const RecordingTime& time) {
  if (!time.utc_offset_minutes) return std::nullopt;
  return time.local_ms - *time.utc_offset_minutes * kMsPerMinute;
}

std::string format_time(const RecordingTime& time) {
  using std::chrono::days;
  using std::chrono::sys_days;
  const std::int64_t day =
      time.local_ms >= 0 ? time.local_ms / kMsPerDay : -((-time.local_ms + kMsPerDay - 1) / kMsPerDay);
  const auto in_day = static_cast<int>(time.local_ms - day * kMsPerDay);
  const std::chrono::year_month_day date{sys_days{days{day}}};
  std::array<char, 64> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day / 3'600'000,
                    in_day / 60'000 % 60, in_day / 1000 % 60, in_day % 1000);
  const std::string result{text.data(), static_cast<std::size_t>(length)};
  return time.utc_offset_minutes ? result + format_offset(*time.utc_offset_minutes) : result;
}

std::optional<RecordingTime> parse_time(std::string_view text) {
  if (text.empty()) return std::nullopt;
  TextCursor cursor{text};
  CivilTime civil;
  int ms = 0;
  const bool good = cursor.number(4, civil.year) && cursor.take("-") && cursor.number(2, civil.month) &&
                    cursor.take("-") && cursor.number(2, civil.day) && cursor.take("T") &&
                    cursor.number(2, civil.hour) && cursor.take(":") && cursor.number(2, civil.minute) &&
                    cursor.take(":") && cursor.number(2, civil.second) && cursor.take(".") && cursor.number(3, ms);
  const auto local = good ? to_ms(civil, kLatestYearInTables) : std::nullopt;
  if (!local) throw Error{"not a time", text};
  const RecordingTime time{*local + ms, cursor.utc_offset_minutes()};
  if (!cursor.at_end()) throw Error{"not a time", text};
  return time;
}

}  // namespace veery
