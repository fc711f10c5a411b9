// Audio files of any format: refused, or read to an end, with each promised frame read or named as lost.
#include <algorithm>
#include <array>
#include <cmath>

#include <veery/audio/audio_metadata.hpp>
#include <veery/audio/recording_stream.hpp>
#include <veery/base/text.hpp>

#include "audio/wav_bytes.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/input_file.hpp"

namespace veery::fuzz {
namespace {

constexpr std::size_t kMostSamples = 2'000'000;  ///< a small file may be a long recording: that is no fault

void account(const RecordingStream& stream) {
  std::int64_t accounted = stream.frames_read();
  std::int64_t end = 0;
  for (const LostRange& range : stream.lost()) {
    expect(range.begin < range.end && range.begin >= 0, "a lost range has a length");
    end = std::max(end, range.end);
    if (range.refusal.reason != Reason::not_finite) accounted += range.end - range.begin;
  }
  const bool guessed = stream.info().length_is_estimated();
  const std::int64_t promised = stream.info().claimed_frames;
  expect(guessed || promised >= (std::int64_t{1} << 48U) || accounted >= promised, "promised frames are read or lost");
}

void stream_all(const std::filesystem::path& path) {
  auto opened = RecordingStream::open(path, {});
  if (std::holds_alternative<Refusal>(opened)) return;
  auto& stream = std::get<RecordingStream>(opened);
  std::array<float, 16'384> samples{};
  std::size_t total = 0;
  std::size_t count = samples.size();
  while (count == samples.size() && total < kMostSamples) {
    count = stream.read(samples);
    total += count;
    expect(std::all_of(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count),
                       [](float sample) { return std::isfinite(sample); }),
           "samples are finite");
  }
  if (count < samples.size()) account(stream);
}

void check_metadata(const AudioMetadata& metadata) {
  expect(metadata.bytes() <= kMostMetadataRead + 4096, "metadata has a bound");
  for (const auto& [name, text] : metadata.texts) expect(!text.empty() && is_utf8(text), "texts are UTF-8");
  expect(is_utf8(metadata.guano.text()), "GUANO is UTF-8");
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string payload(400, '\5');
  std::string broken = test::wav_bytes(payload, {.format = 3, .bits = 32});
  broken.replace(60, 8, "\xff\xff\xff\x7f\x00\x00\x80\x7f", 8);
  return {test::wav_bytes(payload), test::wav_bytes(payload, {.channels = 2, .sample_rate_hz = 8000}), broken,
          test::wav_bytes(payload, {.data_bytes = 9000})};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace veery;
  const auto path = fuzz::input_file("input.wav", fuzz::text_of(bytes, size));
  static_cast<void>(probe_audio(path));
  fuzz::stream_all(path);
  fuzz::check_metadata(read_metadata(path));
  return 0;
}
