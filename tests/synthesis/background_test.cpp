#include "synthesis/background.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "synthesis/rendering.hpp"

namespace veery {
namespace {

using synthesis_test::decibels;
using synthesis_test::render;
using synthesis_test::steady_band_power;

SoundscapeOptions silence() {
  SoundscapeOptions options;
  options.recording_s = 20.0;
  options.calls_per_minute = 0.0;
  options.wind.chance = options.rain.chance = options.insects.chance = options.road.chance = 0.0;
  options.floor_dbfs = -110.0;
  return options;
}

TEST(Background, FloorIsWhiteAtItsLevel) {
  auto options = silence();
  options.floor_dbfs = -60.0;
  const auto samples = render(options, 0);
  for (const double low_hz : {0.0, 4000.0, 8000.0, 12000.0}) {
    EXPECT_NEAR(decibels(4.0 * steady_band_power(samples, 32000, low_hz, low_hz + 4000.0)), -60.0, 0.15);
  }
}

TEST(Background, WindFallsWithFrequency) {
  auto options = silence();
  options.wind.chance = 1.0;
  for (std::uint64_t number = 0; number < 5; ++number) {
    const auto samples = render(options, number);
    double previous_db = 0.0;
    for (const double low_hz : {60.0, 250.0, 1000.0, 4000.0, 10000.0}) {
      const double density_db = decibels(steady_band_power(samples, 32000, low_hz, 1.5 * low_hz) / (0.5 * low_hz));
      EXPECT_LT(density_db, previous_db - 4.0) << low_hz;
      previous_db = density_db;
    }
  }
}

TEST(Background, InsectsStayInTheirBand) {
  auto options = silence();
  options.insects.chance = 1.0;
  const auto samples = render(options, 1);
  EXPECT_GT(steady_band_power(samples, 32000, 3600.0, 8500.0), 0.95 * synthesis_test::mean_power(samples));
}

TEST(Background, CarsPassOnTheRoad) {
  auto options = silence();
  options.road.chance = 1.0;
  options.recording_s = 300.0;
  const auto samples = render(options, 0);
  EXPECT_GT(steady_band_power(samples, 32000, 0.0, 1500.0), 0.95 * synthesis_test::mean_power(samples));
  double loudest = 0.0;
  double quietest = 1.0;
  for (std::size_t at = 0; at + 32000 <= samples.size(); at += 32000) {
    const double power = synthesis_test::mean_power(std::span{samples}.subspan(at, 32000));
    loudest = std::max(loudest, power);
    quietest = std::min(quietest, power);
  }
  EXPECT_GT(decibels(loudest / quietest), 6.0);
}

TEST(Background, BandPowerIsWhatIsRendered) {
  // All sources at once.
  for (const int rate_hz : {16000, 32000, 96000}) {
    auto options = silence();
    options.sample_rate_hz = rate_hz;
    options.recording_s = 30.0;
    options.wind.chance = options.rain.chance = options.insects.chance = options.road.chance = 1.0;
    const auto samples = render(options, 6);
    const synthesis::Background background{options, 6};
    const std::vector<std::array<double, 2>> bands{{50, 200}, {200, 1000}, {1000, 3000}, {3000, 5000}, {5000, 7000}};
    for (const auto& [low_hz, high_hz] : bands) {
      const auto middle = std::span{samples}.subspan(samples.size() / 3, samples.size() / 3);
      const double heard = steady_band_power(middle, rate_hz, low_hz, high_hz);
      EXPECT_NEAR(decibels(heard), decibels(background.band_power(10.0, 20.0, low_hz, high_hz)), 0.8)
          << rate_hz << " " << low_hz;
    }
  }
}

}  // namespace
}  // namespace veery
