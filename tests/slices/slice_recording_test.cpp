#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <variant>
#include <vector>

#include <veery/slices/slice_recording.hpp>

#include "sliced.hpp"
#include "support/one_fft_thread.hpp"

namespace veery::test {
namespace {

TEST_F(SliceRecording, TakesWindowsAroundThePeaksOfTheWhole) {
  const std::vector<float> samples = chirps_at({1.0, 8.0, 15.0, 29.4}, 30.0);
  const Sliced found = sliced(samples, around_peaks(6.0, kWhole, 0));

  ASSERT_EQ(found.kept.size(), 4U);
  EXPECT_EQ(found.kept.front().slice.start, 0);
  EXPECT_EQ(found.kept.back().slice.end(), 960'000);
  for (const Kept& one : found.kept) {
    ASSERT_TRUE(one.slice.peak);
    EXPECT_GE(one.slice.peak->sample, one.slice.start);
    EXPECT_LT(one.slice.peak->sample, one.slice.end());
  }
  expect_own_audio(found, samples);
  EXPECT_EQ(found.account.samples, 960'000);
}

TEST_F(SliceRecording, FirstBlockOfALongRecordingIsTheSameAudioAlone) {
  const std::vector<float> samples = chirps_at({2.0, 9.0, 21.0, 30.0, 44.0, 52.0}, 60.0);
  const std::vector<float> first(samples.begin(), samples.begin() + 20 * kRateHz);
  const Sliced whole = sliced(samples, around_peaks(4.0, 20.0, 5));
  const Sliced alone = sliced(first, around_peaks(4.0, 20.0, 5));

  ASSERT_EQ(alone.kept.size(), 2U);
  ASSERT_GE(whole.kept.size(), 6U);
  for (std::size_t i = 0; i < alone.kept.size(); ++i) {
    EXPECT_EQ(whole.kept[i].slice.start, alone.kept[i].slice.start);
    EXPECT_EQ(whole.kept[i].slice.peak->sample, alone.kept[i].slice.peak->sample);
    EXPECT_EQ(whole.kept[i].slice.peak->energy, alone.kept[i].slice.peak->energy);
    EXPECT_EQ(whole.kept[i].audio, alone.kept[i].audio);
  }
}

TEST_F(SliceRecording, BlocksShareNoState) {
  const std::vector<float> samples = chirps_at({2.0, 9.0, 21.0, 30.0, 44.0, 52.0}, 60.0);
  const std::vector<Peak> all = peaks(samples, around_peaks(4.0, 20.0, 5));
  std::vector<Peak> expected;
  for (const std::int64_t block : {0, 20, 40}) {
    const std::span audio = std::span{samples}.subspan(static_cast<std::size_t>(block) * kRateHz, 20 * kRateHz);
    for (Peak peak : find_peaks(audio, kRateHz, around_peaks(4.0, 20.0, 5).peaks)) {
      peak.sample += block * kRateHz;
      expected.push_back(peak);
    }
  }
  ASSERT_EQ(all.size(), expected.size());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const Peak& a, const Peak& b) { return a.energy > b.energy; }));
  for (const Peak& peak : expected) {
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const Peak& other) {
      return other.sample == peak.sample && other.energy == peak.energy;
    }));
  }
}

TEST_F(SliceRecording, BlocksDoNotClipSlices) {
  const std::vector<float> samples = chirps_at({8.0, 19.5, 20.3, 31.0}, 40.0);
  const Sliced found = sliced(samples, around_peaks(6.0, 20.0, 5));

  ASSERT_GE(found.kept.size(), 4U);
  bool across = false;
  for (const Kept& one : found.kept) {
    EXPECT_EQ(one.slice.start, one.slice.peak->sample - 3 * kRateHz);
    across = across || (one.slice.start < 20 * kRateHz && one.slice.end() > 20 * kRateHz);
  }
  EXPECT_TRUE(across);
  EXPECT_TRUE(std::is_sorted(found.kept.begin(), found.kept.end(),
                             [](const Kept& a, const Kept& b) { return a.slice.start < b.slice.start; }));
  expect_own_audio(found, samples);
}

// Blocks of a second, windows of six: the first and last blocks all want the same window.
TEST_F(SliceRecording, NoWindowIsGivenTwice) {
  const std::vector<float> samples = chirps_at({0.3, 1.3, 2.3, 7.3, 8.3, 9.3}, 10.0);
  const Sliced found = sliced(samples, around_peaks(6.0, 1.0, 1));

  Starts starts = found.starts();
  EXPECT_GE(starts.size(), 2U);
  EXPECT_EQ(std::adjacent_find(starts.begin(), starts.end(), std::greater_equal<>{}), starts.end());
  expect_own_audio(found, samples);
}

TEST_F(SliceRecording, ShorterThanASliceIsWrapped) {
  const std::vector<float> samples = chirps_at({0.8}, 2.5);
  for (const double scope_s : {300.0, kWhole}) {
    const Sliced found = sliced(samples, around_peaks(6.0, scope_s, 5));
    ASSERT_EQ(found.kept.size(), 1U);
    const Slice& slice = found.kept[0].slice;
    EXPECT_EQ(slice.start, 0);
    EXPECT_EQ(slice.length, 192'000);
    EXPECT_EQ(slice.recorded, 80'000);
    EXPECT_EQ(slice.padded(), 112'000);
    EXPECT_EQ(found.kept[0].audio, wrap_pad(samples, 192'000));
    ASSERT_TRUE(slice.peak);
    EXPECT_NEAR(static_cast<double>(slice.peak->sample) / kRateHz, 1.0, 0.5) << "in the recording, not the padding";
    EXPECT_EQ(found.account.samples, 80'000);
  }
}

TEST_F(SliceRecording, ShorterThanASliceMayBeSkipped) {
  for (const double scope_s : {300.0, kWhole}) {
    SliceOptions options = around_peaks(6.0, scope_s, 5);
    options.too_short = Short::skip;
    EXPECT_TRUE(sliced(chirps_at({0.8}, 2.5), options).kept.empty());
    EXPECT_EQ(sliced(chirps_at({0.8}, 6.0), options).starts(), (Starts{0}));
  }
}

TEST_F(SliceRecording, WithoutAPeakMayGiveItsFirstSlice) {
  SliceOptions options = around_peaks(6.0, kWhole, 5);
  for (const std::size_t seconds : {2U, 10U}) {
    std::vector<float> faint(seconds * kRateHz);
    faint[kRateHz] = 1e-5F;
    options.without_peaks = WithoutPeaks::nothing;
    EXPECT_TRUE(sliced(faint, options).kept.empty());
    options.without_peaks = WithoutPeaks::first;
    const Sliced found = sliced(faint, options);
    ASSERT_EQ(found.starts(), (Starts{0}));
    EXPECT_FALSE(found.kept[0].slice.peak);
    EXPECT_TRUE(sliced(std::vector<float>(faint.size()), options).kept.empty()) << "silence";
  }
}

// The two loudest chirps want the same window; Perch has spent both of its peaks on it.
TEST_F(SliceRecording, TwinsCostASliceForPerchAlone) {
  std::vector<float> samples = chirps_at({1.0, 2.4}, 30.0);
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const Chirp quiet{15.0, 0.4, 2000.0, 4000.0, 0.1};
    samples[n] += static_cast<float>(quiet.at(static_cast<double>(n) / kRateHz));
  }
  SliceOptions options = around_peaks(6.0, kWhole, 2);
  const Sliced off = sliced(samples, options);
  options.peaks.compat = PerchCompat::on;
  const Sliced on = sliced(samples, options);

  EXPECT_EQ(on.starts(), (Starts{0}));
  ASSERT_EQ(off.kept.size(), 2U);
  EXPECT_EQ(off.kept[0].slice.start, 0);
  EXPECT_NEAR(static_cast<double>(off.kept[1].slice.start) / kRateHz, 12.2, 0.3);
}

TEST_F(SliceRecording, SilenceHasNoSlices) {
  for (const std::size_t seconds : {1U, 10U}) {
    const std::vector<float> silence(seconds * kRateHz);
    EXPECT_TRUE(sliced(silence, around_peaks(6.0, kWhole, 5)).kept.empty());
    EXPECT_TRUE(sliced(silence, around_peaks(6.0, 300.0, 5)).kept.empty());
  }
}

TEST_F(SliceRecording, OfNoAudioIsARefusal) {
  write_float_wav(folder_ / "empty.wav", {});
  const auto nothing = [](const Slice&, std::span<const float>) {};
  for (const char* name : {"empty.wav", "missing.wav"}) {
    EXPECT_TRUE(std::holds_alternative<Refusal>(slice_recording(folder_ / name, {}, {}, nothing))) << name;
    EXPECT_TRUE(std::holds_alternative<Refusal>(recording_peaks(folder_ / name, {}, {}))) << name;
  }
}

}  // namespace
}  // namespace veery::test
