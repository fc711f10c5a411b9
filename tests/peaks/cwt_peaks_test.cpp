#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <veery/peaks/cwt_peaks.hpp>

#include "reference.hpp"
#include "support/closed_form_signals.hpp"

namespace veery {
namespace {

using test::noise;
using test::noise_samples;

TEST(RickerWavelet, HasSciPysValues) {
  const std::vector<double> narrow = ricker_wavelet(500, 50);
  ASSERT_EQ(narrow.size(), 500U);
  EXPECT_NEAR(narrow[249], 0.12263988980404976, 1e-15);
  EXPECT_EQ(narrow[249], narrow[250]);
  EXPECT_NEAR(narrow[0], -1.14844077e-5, 1e-13);
  EXPECT_NEAR(narrow[199], -1.48040674e-3, 1e-11);
  EXPECT_NEAR(narrow[200], 1.49528495e-3, 1e-11);
  const std::vector<double> wide = ricker_wavelet(1850, 185);
  EXPECT_NEAR(wide[924], 0.06376630871341724, 1e-15);
  EXPECT_NEAR(wide[0], -5.77436588e-6, 1e-13);
  double sum = 0.0;
  for (const double value : narrow) sum += value;
  EXPECT_NEAR(sum, 2.28468663e-4, 1e-12);
  sum = 0.0;
  for (const double value : wide) sum += value;
  EXPECT_NEAR(sum, 4.3961764e-4, 1e-11);
}

TEST(CwtRow, IsItsDefinition) {
  for (const std::int64_t length : {1, 2, 3, 99, 500, 501, 1'234, 2'500}) {
    const std::vector<float> signal = noise_samples(length, 10.0, 6);
    for (const int width : {50, 110, 185}) {
      const std::vector<double> expected = test::naive_cwt_row(signal, width);
      const std::vector<double> found = cwt_row(signal, width, 0, length);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-11) << length << ", " << i;
    }
  }
}

TEST(CwtRow, InPiecesIsTheWhole) {
  constexpr std::int64_t kLength = 5'000;
  const std::vector<float> signal = noise_samples(kLength, 10.0, 7);
  for (const int width : kCwtWidths) {
    const std::vector<double> whole = cwt_row(signal, width, 0, kLength);
    std::vector<double> pieces;
    for (std::int64_t begin = 0; begin < kLength; begin += 777) {
      const std::vector<double> piece = cwt_row(signal, width, begin, std::min(begin + 777, kLength));
      pieces.insert(pieces.end(), piece.begin(), piece.end());
    }
    ASSERT_EQ(pieces.size(), whole.size());
    double worst = 0.0;
    for (std::size_t i = 0; i < whole.size(); ++i) worst = std::max(worst, std::abs(pieces[i] - whole[i]));
    EXPECT_LT(worst, 1e-12);
  }
}

TEST(CwtRow, OfSilenceIsExactlyZero) {
  for (const double value : cwt_row(std::vector<float>(3'000), 95, 0, 3'000)) ASSERT_EQ(value, 0.0);
}

/// Signals of one kind: white noise, a random walk, bursts on noise, integers with many ties.
std::vector<float> random_signal(const std::string& kind, std::int64_t length, std::uint64_t seed) {
  double walk = 0.0;
  return test::sampled(length, [&](std::uint64_t n) {
    const double even = noise(seed, n);
    walk += even;
    if (kind == "walk") return walk;
    if (kind == "bursts") return std::abs(even) + (noise(seed + 1, n / 90) > 0.6 ? 8.0 : 0.0);
    if (kind == "integers") return std::floor(3.0 * std::abs(noise(seed + 2, n / 30)));
    return std::abs(even);
  });
}

TEST(CwtPeaks, AreTheReferences) {
  std::size_t peaks = 0;
  std::uint64_t seed = 100;
  for (const std::string kind : {"noise", "walk", "bursts", "integers"}) {
    for (const std::int64_t length :
         {1,   2,   3,   4,   5,   10,  19,  20,  21,   49,   50,   77,   100,   150,   199,
          250, 333, 499, 500, 501, 640, 777, 999, 1001, 1234, 1849, 1851, 2'000, 2'719, 4'000}) {
      const std::vector<float> signal = random_signal(kind, length, ++seed);
      const std::vector<std::int64_t> expected = test::naive_cwt_peaks(signal);
      EXPECT_EQ(find_cwt_peaks(signal), expected) << kind << ", " << length;
      peaks += expected.size();
    }
  }
  EXPECT_GT(peaks, 200U);
}

TEST(CwtPeaks, AcrossBlocksAreTheReferences) {
  const std::vector<float> signal = random_signal("bursts", 16'384 * 2 + 5, 9);

  EXPECT_EQ(find_cwt_peaks(signal), test::naive_cwt_peaks(signal));
}

TEST(CwtPeaks, OfNothingAreNone) {
  EXPECT_TRUE(find_cwt_peaks({}).empty());
  EXPECT_TRUE(find_cwt_peaks(std::vector<float>(1'000)).empty());
  EXPECT_TRUE(find_cwt_peaks(std::vector<float>(1'000, std::numeric_limits<float>::quiet_NaN())).empty());
}

double seconds_for(const std::vector<float>& signal) {
  double best = std::numeric_limits<double>::max();
  for (int i = 0; i < 3; ++i) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(find_cwt_peaks(signal).empty());
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

// SciPy's noise floors alone make an hour cost eight times as much as sixteen quarters of one.
TEST(CwtPeaks, CostTheSameAFrameForSixteenTimesTheFrames) {
  const std::vector<float> signal = random_signal("bursts", 320'000, 10);
  const std::vector<float> brief(signal.begin(), signal.begin() + 20'000);

  EXPECT_LT(seconds_for(signal), 2.5 * 16.0 * seconds_for(brief));
}

}  // namespace
}  // namespace veery
