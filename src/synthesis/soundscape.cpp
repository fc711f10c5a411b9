#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/synthesis/soundscape.hpp>

#include "synthesis/background.hpp"
#include "synthesis/call_plan.hpp"

namespace veery {
namespace {

using synthesis::kFrameSamples;

void check_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  throw UsageError{"impossible soundscape", std::string{name} + " = " + decimal(value),
                   "it must be between " + decimal(low) + " and " + decimal(high)};
}

void check_background(std::string_view name, const BackgroundOptions& background) {
  check_range(std::string{name} + " level_dbfs", background.level_dbfs, -200.0, -10.0);
  check_range(std::string{name} + " chance", background.chance, 0.0, 1.0);
}

SoundscapeOptions checked(const SoundscapeOptions& options) {
  check_range("sample_rate_hz", options.sample_rate_hz, 4000, 768000);
  check_range("recording_s", options.recording_s, 0.0, 7 * 86400.0);
  check_range("calls_per_minute", options.calls_per_minute, 0.0, 600.0);
  check_range("loudest_call_dbfs", options.loudest_call_dbfs, -100.0, 0.0);
  check_range("faintest_call_dbfs", options.faintest_call_dbfs, -100.0, options.loudest_call_dbfs);
  check_range("floor_dbfs", options.floor_dbfs, -200.0, -10.0);
  check_background("wind", options.wind);
  check_background("rain", options.rain);
  check_background("insects", options.insects);
  check_background("road", options.road);
  return options;
}

/// A call that sounds now.
struct Sounding {
  std::int64_t start_sample;
  std::vector<float> sound;
};

}  // namespace

std::vector<BirdCall> plan_calls(const SoundscapeOptions& wanted, std::uint64_t recording_number) {
  const SoundscapeOptions options = checked(wanted);
  const synthesis::Background background{options, recording_number};
  std::vector<BirdCall> calls;
  for (auto& planned : synthesis::plan_songs(options, recording_number, background)) {
    calls.push_back(std::move(planned.truth));
  }
  return calls;
}

struct SoundscapeStream::State {
  State(const SoundscapeOptions& wanted, std::uint64_t recording_number, const SoundscapePart& part)
      : options(checked(wanted)),
        samples(std::llround(options.recording_s * options.sample_rate_hz)),
        background(options, recording_number),
        background_is_heard(part.background) {
    for (auto& planned : synthesis::plan_songs(options, recording_number, background)) {
      if (part.species && planned.truth.species != *part.species) continue;
      calls.push_back(std::move(planned.truth));
      planned_starts.push_back(planned.start_sample);
      songs.push_back(std::move(planned.song));
    }
  }

  void next_frame();
  void add(const Sounding& sounding);

  SoundscapeOptions options;
  std::int64_t samples;
  synthesis::Background background;
  bool background_is_heard;
  std::vector<BirdCall> calls;
  std::vector<std::int64_t> planned_starts;
  std::vector<synthesis::Song> songs;
  std::size_t next_song = 0;
  std::vector<Sounding> sounding;
  std::array<float, kFrameSamples> frame{};
  std::int64_t frame_start = -static_cast<std::int64_t>(kFrameSamples);
  std::int64_t position = 0;
};

void SoundscapeStream::State::add(const Sounding& call) {
  const std::int64_t shift = call.start_sample - frame_start;
  const auto length = static_cast<std::int64_t>(call.sound.size());
  const std::int64_t begin = std::max<std::int64_t>(0, shift);
  const std::int64_t end = std::min(static_cast<std::int64_t>(kFrameSamples), shift + length);
  for (std::int64_t i = begin; i < end; ++i) {
    frame[static_cast<std::size_t>(i)] += call.sound[static_cast<std::size_t>(i - shift)];
  }
}

void SoundscapeStream::State::next_frame() {
  frame_start += static_cast<std::int64_t>(kFrameSamples);
  const std::int64_t frame_end = frame_start + static_cast<std::int64_t>(kFrameSamples);
  frame.fill(0.0F);
  if (background_is_heard) background.next_frame(frame);
  for (; next_song < songs.size() && planned_starts[next_song] < frame_end; ++next_song) {
    sounding.push_back({planned_starts[next_song], synthesis::render_song(songs[next_song], options.sample_rate_hz)});
  }
  for (const Sounding& call : sounding) add(call);
  std::erase_if(sounding, [&](const Sounding& call) {
    return call.start_sample + static_cast<std::int64_t>(call.sound.size()) <= frame_end;
  });
  for (float& sample : frame) sample = std::clamp(sample, -1.0F, 1.0F);
}

SoundscapeStream::SoundscapeStream(const SoundscapeOptions& options, std::uint64_t recording_number,
                                   const SoundscapePart& part)
    : state_(std::make_unique<State>(options, recording_number, part)) {}

SoundscapeStream::~SoundscapeStream() = default;
SoundscapeStream::SoundscapeStream(SoundscapeStream&& other) noexcept = default;
SoundscapeStream& SoundscapeStream::operator=(SoundscapeStream&& other) noexcept = default;

std::int64_t SoundscapeStream::samples() const {
  return state_->samples;
}
const std::vector<BirdCall>& SoundscapeStream::calls() const {
  return state_->calls;
}

std::size_t SoundscapeStream::read(std::span<float> block) {
  State& state = *state_;
  std::size_t done = 0;
  while (done < block.size() && state.position < state.samples) {
    if (state.position >= state.frame_start + static_cast<std::int64_t>(kFrameSamples)) state.next_frame();
    const std::int64_t at = state.position - state.frame_start;
    const std::int64_t here = std::min(static_cast<std::int64_t>(kFrameSamples) - at, state.samples - state.position);
    const auto count = std::min(block.size() - done, static_cast<std::size_t>(here));
    std::copy_n(state.frame.begin() + at, count, block.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
    state.position += static_cast<std::int64_t>(count);
  }
  std::fill(block.begin() + static_cast<std::ptrdiff_t>(done), block.end(), 0.0F);
  return done;
}

}  // namespace veery
