#pragma once
// Recordings made for a test, cut into slices by the public function.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include <veery/slices/slice_recording.hpp>

#include "support/closed_form_signals.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery::test {

inline constexpr int kRateHz = 32'000;
inline constexpr double kWhole = std::numeric_limits<double>::infinity();

/// A slice with its audio.
struct Kept {
  Slice slice;
  std::vector<float> audio;
};

struct Sliced {
  std::vector<Kept> kept;
  RecordingAccount account;

  [[nodiscard]] std::vector<std::int64_t> starts() const {
    std::vector<std::int64_t> result;
    for (const Kept& one : kept) result.push_back(one.slice.start);
    return result;
  }
};

class SliceRecording : public testing::Test {
 protected:
  Sliced sliced(const std::vector<float>& samples, const SliceOptions& options, int source_hz = kRateHz) const {
    Sliced result;
    const auto path = folder_ / "recording.wav";
    write_float_wav(path, samples, source_hz);
    const SliceSink sink = [&](const Slice& slice, std::span<const float> audio) {
      result.kept.push_back({slice, {audio.begin(), audio.end()}});
    };
    auto account = slice_recording(path, {.sample_rate_hz = kRateHz, .channels = {}}, options, sink);
    if (const auto* refusal = std::get_if<Refusal>(&account)) {
      ADD_FAILURE() << refusal->detail;
      return result;
    }
    result.account = std::get<RecordingAccount>(account);
    EXPECT_EQ(result.account.slices, static_cast<std::int64_t>(result.kept.size()));
    EXPECT_EQ(result.account.frames_read, static_cast<std::int64_t>(samples.size()));
    return result;
  }

  [[nodiscard]] std::vector<Peak> peaks(const std::vector<float>& samples, const SliceOptions& options) const {
    const auto path = folder_ / "recording.wav";
    write_float_wav(path, samples, kRateHz);
    auto found = recording_peaks(path, {.sample_rate_hz = kRateHz, .channels = {}}, options);
    return std::get<std::vector<Peak>>(found);
  }

  TemporaryFolder folder_;
};

/// Chirps in quiet noise, one at each of the given times.
inline std::vector<float> chirps_at(const std::vector<double>& times_s, double seconds) {
  return sampled(std::llround(seconds * kRateHz), [&](std::uint64_t n) {
    const double t = static_cast<double>(n) / kRateHz;
    double sum = 0.001 * noise(21, n);
    for (const double at : times_s) sum += Chirp{at, 0.4, 2000.0, 4000.0, 0.3}.at(t);
    return sum;
  });
}

/// Slices whose audio is the recording's own, from `start` on.
inline void expect_own_audio(const Sliced& found, const std::vector<float>& samples) {
  for (const Kept& one : found.kept) {
    ASSERT_EQ(static_cast<std::int64_t>(one.audio.size()), one.slice.length);
    ASSERT_LE(one.slice.end(), static_cast<std::int64_t>(samples.size()));
    const auto from = samples.begin() + one.slice.start;
    EXPECT_TRUE(std::equal(from, from + one.slice.recorded, one.audio.begin())) << "slice at " << one.slice.start;
  }
}

inline SliceOptions around_peaks(double interval_s, double scope_s, int most) {
  SliceOptions options;
  options.interval_s = interval_s;
  options.peak_scope_s = scope_s;
  options.peaks.most_peaks = most;
  return options;
}

using Starts = std::vector<std::int64_t>;

}  // namespace veery::test
