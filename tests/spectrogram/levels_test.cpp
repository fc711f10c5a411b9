#include "spectrogram/levels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace veery {
namespace {

std::vector<float> sine(double hz, double amplitude, int rate_hz, double seconds) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate_hz));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] =
        static_cast<float>(amplitude * std::sin(2.0 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
  return samples;
}

class Levels : public testing::TestWithParam<int> {};

TEST_P(Levels, PutATonesLevelOnItsRow) {
  const int rate = GetParam();
  const PixelGrid grid{100, 256, 100.0, std::min(12'000.0, rate / 2.0)};
  for (const double hz : {0.1 * grid.top_hz, 0.5 * grid.top_hz, 0.9 * grid.top_hz}) {
    const std::vector<float> levels = pixel_levels(sine(hz, 0.1, rate, 1.0), rate, grid);
    const auto column = [&](std::size_t row) { return levels[row * 100 + 50]; };
    std::size_t loudest = 0;
    for (std::size_t row = 0; row < 256; ++row)
      if (column(row) > column(loudest)) loudest = row;
    const double row_hz = grid.top_hz / 256.0;
    EXPECT_NEAR((255.5 - static_cast<double>(loudest)) * row_hz, hz, row_hz + rate / 1024.0) << rate;
    EXPECT_NEAR(column(loudest), -20.0F, 1.5F) << rate << " " << hz;  // a Hann window loses 1.42 dB at most
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, Levels, testing::Values(8000, 16'000, 22'050, 32'000, 48'000, 192'000));

TEST(Levels, OfAClickAreInItsColumnsAlone) {
  std::vector<float> samples(32'000);
  samples[16'000] = 1.0F;
  const std::vector<float> levels = pixel_levels(samples, 32'000, {100, 64, 100.0, 12'000.0});
  // A window of 32 ms around the middle of each column of 10 ms.
  for (std::size_t column = 0; column < 100; ++column)
    EXPECT_EQ(std::isfinite(levels[column]), column >= 48 && column <= 51) << column;
}

TEST(Levels, OfSilenceAndOfWhatIsNotFiniteAreNone) {
  std::vector<float> samples(3200);
  samples[7] = std::numeric_limits<float>::quiet_NaN();
  samples[9] = std::numeric_limits<float>::infinity();
  for (const float level : pixel_levels(samples, 32'000, {10, 32, 100.0, 12'000.0}))
    EXPECT_EQ(level, -std::numeric_limits<float>::infinity());
}

}  // namespace
}  // namespace veery
