#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <veery/peaks/cwt_peaks.hpp>
#include <veery/peaks/peak_finder.hpp>

#include "support/closed_form_signals.hpp"
#include "support/one_fft_thread.hpp"

namespace veery {
namespace {

using test::Chirp;
using test::noise_samples;

PeakOptions options(PerchCompat compat, int most = 0) {
  PeakOptions result;
  result.compat = compat;
  result.most_peaks = most;
  return result;
}

std::vector<std::int64_t> places(const std::vector<Peak>& peaks) {
  std::vector<std::int64_t> samples;
  for (const Peak& peak : peaks) samples.push_back(peak.sample);
  return samples;
}

using Places = std::vector<std::int64_t>;

/// Chirps every three seconds from 2 s on, each louder than the one before.
std::vector<float> chirps(int count, int rate_hz) {
  return test::sampled(static_cast<std::int64_t>(3 * count + 3) * rate_hz, [&](std::uint64_t n) {
    const double t = static_cast<double>(n) / rate_hz;
    double sum = 0.001 * test::noise(11, n);
    for (int k = 0; k < count; ++k) sum += Chirp{2.0 + 3.0 * k, 0.5, 1500.0, 2500.0, 0.05 + 0.05 * k}.at(t);
    return sum;
  });
}

TEST(FindPeaks, FindsEveryChirp) {
  const std::vector<Peak> peaks = find_peaks(chirps(5, 32'000), 32'000, options(PerchCompat::off));

  ASSERT_EQ(peaks.size(), 5U);
  for (std::size_t i = 0; i + 1 < peaks.size(); ++i) EXPECT_GE(peaks[i].energy, peaks[i + 1].energy);
  Places found = places(peaks);
  std::sort(found.begin(), found.end());
  for (std::size_t k = 0; k < found.size(); ++k) {
    EXPECT_NEAR(static_cast<double>(found[k]) / 32'000.0, 2.25 + 3.0 * static_cast<double>(k), 0.15);
  }
}

TEST(FindPeaks, KeepsTheStrongest) {
  const std::vector<float> samples = chirps(5, 32'000);
  const Places all = places(find_peaks(samples, 32'000, options(PerchCompat::on)));
  for (const int most : {1, 2, 5, 200}) {
    const auto count = std::min(all.size(), static_cast<std::size_t>(most));
    EXPECT_EQ(places(find_peaks(samples, 32'000, options(PerchCompat::on, most))),
              Places(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)));
  }
  EXPECT_EQ(places(find_peaks(samples, 32'000, options(PerchCompat::on, -1))), all);
}

TEST(FindPeaks, OfNothingAreNone) {
  const PeakOptions how = options(PerchCompat::on);
  EXPECT_TRUE(find_peaks({}, 32'000, how).empty());
  EXPECT_TRUE(find_peaks(std::vector<float>(320'000), 32'000, how).empty());
  for (const std::int64_t count : {1, 100, 2'240, 2'241, 2'559, 2'560, 16'000}) {
    EXPECT_TRUE(find_peaks(noise_samples(count, 0.1, 1), 32'000, how).empty()) << count;
  }
}

TEST(FindPeaks, AreNoneWhereASampleIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {std::size_t{0}, std::size_t{100'001}, std::size_t{319'999}}) {
      std::vector<float> samples = chirps(5, 32'000);
      samples.resize(320'000);
      samples[at] = bad;
      EXPECT_TRUE(find_peaks(samples, 32'000, options(PerchCompat::off)).empty()) << at;
    }
  }
}

TEST(PeakFinder, DoesNotDependOnPushes) {
  const std::vector<float> samples = chirps(3, 16'000);
  const std::vector<Peak> expected = find_peaks(samples, 16'000, options(PerchCompat::off));
  for (const std::size_t push : {13U, 160U, 100'000U}) {
    PeakFinder finder{16'000, options(PerchCompat::off)};
    for (std::size_t at = 0; at < samples.size(); at += push) {
      finder.push(std::span{samples}.subspan(at, std::min(push, samples.size() - at)));
    }
    const std::vector<Peak> found = finder.finish();
    EXPECT_EQ(places(found), places(expected));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(finder.energies()[static_cast<std::size_t>(found[0].frame)], found[0].energy);
  }
}

// Six seconds five times over: equal energies, six seconds apart.
TEST(FindPeaks, OfEqualEnergyTheLaterIsFirstForPerchAlone) {
  const std::vector<float> once = chirps(1, 32'000);  // 6 s; the noise is repeated too
  std::vector<float> samples(once);
  for (int i = 0; i < 4; ++i) samples.insert(samples.end(), once.begin(), once.end());
  std::vector<Peak> on = find_peaks(samples, 32'000, options(PerchCompat::on));
  std::vector<Peak> off = find_peaks(samples, 32'000, options(PerchCompat::off));

  bool any = false;
  for (std::size_t i = 0; i + 1 < on.size(); ++i) {
    if (on[i].energy != on[i + 1].energy) continue;
    EXPECT_GT(on[i].sample, on[i + 1].sample);
    any = true;
  }
  for (std::size_t i = 0; i + 1 < off.size(); ++i) {
    if (off[i].energy == off[i + 1].energy) {
      EXPECT_LT(off[i].sample, off[i + 1].sample);
    }
  }
  EXPECT_TRUE(any) << "no tie to look at";
}

// At 22.05 kHz the hop is 220 samples; Perch takes a frame for 220.5 all the same, in float32.
TEST(FindPeaks, PositionsAreExactUnlessPerchsAreWanted) {
  const std::vector<float> samples = chirps(4, 22'050);
  const std::vector<Peak> off = find_peaks(samples, 22'050, options(PerchCompat::off));
  const std::vector<Peak> on = find_peaks(samples, 22'050, options(PerchCompat::on));
  ASSERT_EQ(on.size(), off.size());
  ASSERT_FALSE(on.empty());
  for (std::size_t i = 0; i < on.size(); ++i) {
    EXPECT_EQ(off[i].sample, off[i].frame * 220);
    EXPECT_EQ(on[i].sample, static_cast<std::int64_t>(static_cast<float>(on[i].frame) * 22'050.0F / 100.0F));
  }
}

// From frame 1525 on, 44.1 kHz times the frame needs more than float32's 24 bits.
TEST(FindPeaks, PerchsPositionsStrayInFloat32) {
  const std::vector<Peak> peaks = find_peaks(chirps(12, 44'100), 44'100, options(PerchCompat::on));
  std::size_t astray = 0;
  for (const Peak& peak : peaks) {
    const float product = static_cast<float>(peak.frame) * 44'100.0F;
    EXPECT_EQ(peak.sample, static_cast<std::int64_t>(product / 100.0F));
    if (peak.sample != peak.frame * 441) ++astray;
  }
  EXPECT_GT(astray, 0U);
}

/// Perch: the energy reaches 1.5 times its mean somewhere in frames [frame - 30, frame + 30).
bool is_loud(std::span<const float> energy, std::int64_t frame) {
  double mean = 0.0;
  for (const float value : energy) mean += static_cast<double>(value) / static_cast<double>(energy.size());
  for (std::int64_t f = frame - 30; f < frame + 30; ++f) {
    if (f < 0 || f >= static_cast<std::int64_t>(energy.size())) continue;
    if (static_cast<double>(energy[static_cast<std::size_t>(f)]) >= 1.5 * mean) return true;
  }
  return false;
}

// Clicks at random times in ten minutes of noise: peaks with something loud in reach, and some without.
TEST(FindPeaks, AreTheTransformsPeaksNearEnoughEnergy) {
  const std::vector<float> samples = test::sampled(600 * 8'000, [](std::uint64_t n) {
    const bool click = test::noise(31, n / 400) > 0.93;
    return (click ? 0.3 : 0.02) * test::noise(32, n);
  });
  PeakFinder finder{8'000, options(PerchCompat::off)};
  finder.push(samples);
  std::vector<std::int64_t> found;
  for (const Peak& peak : finder.finish()) found.push_back(peak.frame);
  std::sort(found.begin(), found.end());
  std::vector<std::int64_t> expected;
  std::size_t quiet = 0;
  for (const std::int64_t frame : find_cwt_peaks(finder.energies())) {
    if (is_loud(finder.energies(), frame)) {
      expected.push_back(frame);
    } else {
      ++quiet;
    }
  }
  EXPECT_EQ(found, expected);
  EXPECT_GT(expected.size(), 50U);
  EXPECT_GT(quiet, 3U);
}

}  // namespace
}  // namespace veery
