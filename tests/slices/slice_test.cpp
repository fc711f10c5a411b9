#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include <veery/slices/slice.hpp>

namespace veery {
namespace {

using Starts = std::vector<std::int64_t>;

std::vector<Peak> peaks_at(const std::vector<std::int64_t>& samples) {
  std::vector<Peak> peaks;
  float energy = 100.0F;
  for (const std::int64_t sample : samples) peaks.push_back({sample, sample / 320, energy--});
  return peaks;
}

SliceOptions options(Edge edge, int most = 0) {
  SliceOptions result;
  result.edge = edge;
  result.peaks.most_peaks = most;
  return result;
}

/// Windows of 100 in a recording of 1000.
std::vector<Slice> windows(const std::vector<std::int64_t>& peaks, const SliceOptions& how) {
  return windows_around_peaks(peaks_at(peaks), 100, 1'000, how);
}

Starts starts(const std::vector<Slice>& slices) {
  Starts result;
  for (const Slice& slice : slices) result.push_back(slice.start);
  return result;
}

TEST(SamplesIn, TruncatesAsPerch) {
  EXPECT_EQ(samples_in(6.0, 32'000), 192'000);
  EXPECT_EQ(samples_in(5.0, 22'050), 110'250);
  EXPECT_EQ(samples_in(0.1, 22'055), 2'205);
}

TEST(WindowsAroundPeaks, AreCentredAndAscend) {
  const std::vector<Slice> found = windows({700, 300, 500}, options(Edge::shift));

  EXPECT_EQ(starts(found), (Starts{250, 450, 650}));
  for (const Slice& slice : found) {
    EXPECT_EQ(slice.length, 100);
    EXPECT_EQ(slice.recorded, 100);
    EXPECT_EQ(slice.padded(), 0);
    EXPECT_EQ(slice.end(), slice.start + 100);
    ASSERT_TRUE(slice.peak);
    EXPECT_EQ(slice.peak->sample, slice.start + 50);
  }
}

TEST(WindowsAroundPeaks, AreMovedInwardAtBothEdges) {
  EXPECT_EQ(starts(windows({0, 49, 50, 51, 949, 950, 951, 999}, options(Edge::shift))), (Starts{0, 1, 899, 900}));
}

TEST(WindowsAroundPeaks, AreDroppedAtTheEndWhenToldSo) {
  EXPECT_EQ(starts(windows({0, 30, 949, 950, 951, 999}, options(Edge::drop))), (Starts{0, 899, 900}));
}

TEST(WindowsAroundPeaks, OddLengthHasItsLesserHalfOnTheLeft) {
  const std::vector<Slice> found = windows_around_peaks(peaks_at({500, 998}), 101, 1'000, options(Edge::shift));

  EXPECT_EQ(starts(found), (Starts{450, 899}));
}

TEST(WindowsAroundPeaks, TwinsAreOneWithTheStrongerPeak) {
  const std::vector<Slice> found = windows({20, 10, 600}, options(Edge::shift));

  ASSERT_EQ(starts(found), (Starts{0, 550}));
  EXPECT_EQ(found[0].peak->sample, 20);
}

TEST(WindowsAroundPeaks, OverlapIsKept) {
  EXPECT_EQ(starts(windows({500, 501}, options(Edge::shift))), (Starts{450, 451}));
}

TEST(WindowsAroundPeaks, TheStrongestAreTaken) {
  EXPECT_EQ(starts(windows({700, 300, 500}, options(Edge::shift, 1))), (Starts{650}));
  EXPECT_EQ(starts(windows({700, 300, 500}, options(Edge::shift, 2))), (Starts{250, 650}));
  EXPECT_EQ(starts(windows({700, 300, 500}, options(Edge::shift, 3))), (Starts{250, 450, 650}));
}

// Perch truncates its peaks before it removes twins, which the peak finder does with `compat`; without, all
// peaks come here and a twin, or a window that is dropped, costs none.
TEST(WindowsAroundPeaks, TwinsAndDroppedOnesDoNotCount) {
  EXPECT_EQ(starts(windows({20, 10, 600}, options(Edge::shift, 2))), (Starts{0, 550}));
  EXPECT_EQ(starts(windows({999, 300, 500}, options(Edge::drop, 2))), (Starts{250, 450}));
}

TEST(WindowsAroundPeaks, OfARecordingOfOneWindowAreThatOne) {
  EXPECT_EQ(starts(windows_around_peaks(peaks_at({5, 50, 99}), 100, 100, options(Edge::shift))), (Starts{0}));
}

TEST(WindowsAroundPeaks, WithoutPeaksAreNone) {
  EXPECT_TRUE(windows({}, options(Edge::shift)).empty());
}

using Samples = std::vector<float>;

TEST(WrapPad, RepeatsPeriodicallyAndCentres) {
  EXPECT_EQ(wrap_pad(Samples{-1, 0, 1, 0}, 6), (Samples{0, -1, 0, 1, 0, -1}));
  EXPECT_EQ(wrap_pad(Samples{1, 2, 3}, 10), (Samples{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}));
  EXPECT_EQ(wrap_pad(Samples{1, 2, 3}, 8), (Samples{2, 3, 1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(wrap_pad(Samples{7}, 5), Samples(5, 7.0F));
  EXPECT_EQ(wrap_pad(Samples{1, 2}, 2), (Samples{1, 2}));
}

}  // namespace
}  // namespace veery
