#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

#include <veery/base/error.hpp>
#include <veery/synthesis/soundscape.hpp>

#include "synthesis/rendering.hpp"

namespace veery {
namespace {

using synthesis_test::render;

SoundscapeOptions lasting(double recording_s) {
  SoundscapeOptions options;
  options.recording_s = recording_s;
  return options;
}

std::uint64_t fnv1a(std::span<const float> samples) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const float sample : samples) hash = (hash ^ std::bit_cast<std::uint32_t>(sample)) * 0x100000001B3U;
  return hash;
}

TEST(Soundscape, IsTheSameForEveryBlockSize) {
  const auto options = lasting(5.0);
  const auto whole = render(options, 3, 1'000'000);
  for (const std::size_t block : {1U, 7U, 1023U, 1024U, 1025U, 50'000U}) EXPECT_EQ(render(options, 3, block), whole);
}

TEST(Soundscape, HasTheSameBitsOnEveryMachine) {
  // A new number here means that every archive made so far can no longer be made again.
  EXPECT_EQ(fnv1a(render(lasting(60.0), 3)), 0xDDAA20C5802438D7U);
}

TEST(Soundscape, IsCalledBySeedAndNumber) {
  auto options = lasting(2.0);
  const auto first = render(options, 0);
  EXPECT_NE(first, render(options, 1));
  options.seed = 2;
  EXPECT_NE(first, render(options, 0));
}

TEST(Soundscape, WeatherDiffersBetweenRecordings) {
  std::set<int> levels_db;
  for (std::uint64_t number = 0; number < 12; ++number) {
    const auto samples = render(synthesis_test::without_birds(lasting(10.0)), number);
    const double level_db = synthesis_test::decibels(synthesis_test::mean_power(samples));
    EXPECT_GT(level_db, -56.0);
    EXPECT_LT(level_db, -24.0);
    levels_db.insert(static_cast<int>(level_db));
  }
  EXPECT_GE(levels_db.size(), 4U);
}

TEST(Soundscape, StaysWithinFullScale) {
  auto options = lasting(60.0);
  options.calls_per_minute = 300.0;
  options.loudest_call_dbfs = options.faintest_call_dbfs = 0.0;
  const auto samples = render(options, 0);
  EXPECT_TRUE(std::ranges::all_of(samples, [](float sample) { return std::abs(sample) <= 1.0F; }));
  EXPECT_EQ(std::ranges::max(samples), 1.0F);
}

TEST(Soundscape, PlanIsWhatTheStreamPlays) {
  const auto options = lasting(120.0);
  const auto planned = plan_calls(options, 4);
  const SoundscapeStream stream{options, 4};
  ASSERT_EQ(planned.size(), stream.calls().size());
  ASSERT_FALSE(planned.empty());
  for (std::size_t i = 0; i < planned.size(); ++i) {
    EXPECT_EQ(planned[i].species, stream.calls()[i].species);
    EXPECT_EQ(planned[i].start_s, stream.calls()[i].start_s);
    EXPECT_EQ(planned[i].snr_db, stream.calls()[i].snr_db);
  }
}

TEST(Soundscape, CallsLieInsideTheRecordingInOrder) {
  const auto options = lasting(300.0);
  for (std::uint64_t number = 0; number < 20; ++number) {
    double previous_s = 0.0;
    for (const BirdCall& call : plan_calls(options, number)) {
      EXPECT_GE(call.start_s, previous_s);
      EXPECT_LT(call.start_s, call.end_s);
      EXPECT_LE(call.end_s, 300.0);
      EXPECT_GE(call.low_hz, 0.0);
      EXPECT_LT(call.low_hz, call.high_hz);
      EXPECT_LE(call.high_hz, 16000.0);
      EXPECT_GE(call.level_dbfs, options.faintest_call_dbfs);
      EXPECT_LE(call.level_dbfs, options.loudest_call_dbfs);
      previous_s = call.start_s;
    }
  }
}

TEST(Soundscape, BirdsSingAsOftenAsAsked) {
  auto options = lasting(7200.0);
  options.calls_per_minute = 20.0;
  const auto calls = plan_calls(options, 0);
  EXPECT_NEAR(static_cast<double>(calls.size()), 2400.0, 400.0);
  std::size_t overlaps = 0;
  for (std::size_t i = 1; i < calls.size(); ++i) overlaps += calls[i].start_s < calls[i - 1].end_s ? 1U : 0U;
  EXPECT_GT(overlaps, 100U);
}

TEST(Soundscape, OddRatesWork) {
  for (const int rate_hz : {4000, 8000, 22050, 44100, 48000, 250000}) {
    auto options = lasting(30.0);
    options.sample_rate_hz = rate_hz;
    options.calls_per_minute = 60.0;
    const auto samples = render(options, 2);
    EXPECT_EQ(samples.size(), 30U * static_cast<std::size_t>(rate_hz));
    EXPECT_TRUE(std::ranges::all_of(samples, [](float sample) { return std::isfinite(sample); }));
    const double level_db = synthesis_test::decibels(synthesis_test::mean_power(samples));
    EXPECT_GT(level_db, -55.0) << rate_hz;
    EXPECT_LT(level_db, -15.0) << rate_hz;
    const auto calls = plan_calls(options, 2);
    EXPECT_FALSE(calls.empty()) << rate_hz;
    for (const BirdCall& call : calls) EXPECT_LE(call.high_hz, 0.5 * rate_hz);
  }
}

TEST(Soundscape, ShortAndEmptyRecordingsWork) {
  EXPECT_EQ(render(lasting(0.5), 0).size(), 16000U);
  for (const BirdCall& call : plan_calls(lasting(0.5), 0)) EXPECT_LE(call.end_s, 0.5);
  SoundscapeStream stream{lasting(0.0), 0};
  EXPECT_EQ(stream.samples(), 0);
  EXPECT_TRUE(stream.calls().empty());
  std::vector<float> block(3, 1.0F);
  EXPECT_EQ(stream.read(block), 0U);
  EXPECT_EQ(block, std::vector<float>(3));
}

TEST(Soundscape, IsSilentBehindItsEnd) {
  SoundscapeStream stream{lasting(0.01), 0};
  std::vector<float> block(400, 1.0F);
  EXPECT_EQ(stream.read(block), 320U);
  EXPECT_NE(block[319], 0.0F);
  EXPECT_TRUE(std::all_of(block.begin() + 320, block.end(), [](float sample) { return sample == 0.0F; }));
  EXPECT_EQ(stream.read(block), 0U);
}

TEST(Soundscape, ImpossibleOptionsAreUsageErrors) {
  const auto refused = [](auto&& change) {
    SoundscapeOptions options;
    change(options);
    EXPECT_THROW(static_cast<void>(plan_calls(options, 0)), UsageError);
    EXPECT_THROW(SoundscapeStream(options, 0), UsageError);
  };
  refused([](SoundscapeOptions& o) { o.sample_rate_hz = 0; });
  refused([](SoundscapeOptions& o) { o.recording_s = -1.0; });
  refused([](SoundscapeOptions& o) { o.recording_s = std::numeric_limits<double>::quiet_NaN(); });
  refused([](SoundscapeOptions& o) { o.calls_per_minute = std::numeric_limits<double>::infinity(); });
  refused([](SoundscapeOptions& o) { o.faintest_call_dbfs = 0.0; });
  refused([](SoundscapeOptions& o) { o.rain.chance = 1.5; });
}

}  // namespace
}  // namespace veery
