// The annotations are true: each call's energy lies in its box, at its level and signal-to-noise ratio.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include <veery/synthesis/bird_species.hpp>
#include <veery/synthesis/soundscape.hpp>

#include "synthesis/rendering.hpp"

namespace veery {
namespace {

using synthesis_test::band_power;
using synthesis_test::decibels;
using synthesis_test::mean_power;
using synthesis_test::render;

constexpr double kGuard_s = 0.35;  // echoes of the previous call

/// Recordings with their background, and the birds alone as the difference.
struct Scene {
  std::vector<BirdCall> calls;
  std::vector<float> birds;
  std::vector<float> background;
};

Scene make_scene(std::uint64_t number) {
  SoundscapeOptions options;
  options.recording_s = 240.0;
  options.calls_per_minute = 12.0;
  Scene scene{plan_calls(options, number), render(options, number),
              render(synthesis_test::without_birds(options), number)};
  for (std::size_t i = 0; i < scene.birds.size(); ++i) scene.birds[i] -= scene.background[i];
  return scene;
}

bool sounds_alone(const std::vector<BirdCall>& calls, const BirdCall& call) {
  return std::ranges::none_of(calls, [&](const BirdCall& other) {
    return &other != &call && other.start_s < call.end_s + kGuard_s && other.end_s + kGuard_s > call.start_s;
  });
}

std::span<const float> between(const std::vector<float>& samples, double start_s, double end_s) {
  const auto first = static_cast<std::size_t>(std::max(start_s, 0.0) * 32000.0);
  const auto last = std::min(static_cast<std::size_t>(end_s * 32000.0), samples.size());
  return std::span{samples}.subspan(first, last - first);
}

class CallBox : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    for (std::uint64_t number = 0; number < 8; ++number) scenes_.push_back(make_scene(number));
  }
  static void TearDownTestSuite() { scenes_.clear(); }

  template <typename Check>
  static void for_each_lone_call(Check&& check) {
    std::map<std::string, int> heard;
    for (const Scene& scene : scenes_) {
      for (const BirdCall& call : scene.calls) {
        if (!sounds_alone(scene.calls, call)) continue;
        SCOPED_TRACE(call.species + " at " + std::to_string(call.start_s));
        ++heard[call.species];
        check(scene, call);
      }
    }
    EXPECT_EQ(heard.size(), bird_species().size()) << "the test should hear every species";
  }

  static inline std::vector<Scene> scenes_;
};

TEST_F(CallBox, HoldsTheEnergyOfItsCall) {
  for_each_lone_call([](const Scene& scene, const BirdCall& call) {
    const auto around = between(scene.birds, call.start_s - kGuard_s, call.end_s + kGuard_s);
    const auto inside = between(scene.birds, call.start_s, call.end_s);
    const double all = mean_power(around) * static_cast<double>(around.size());
    const double in_time = mean_power(inside) * static_cast<double>(inside.size());
    const double in_box =
        band_power(inside, 32000, call.low_hz, call.high_hz, false) * static_cast<double>(inside.size());
    EXPECT_GT(in_time, 0.9 * all);
    EXPECT_GT(in_box, 0.93 * in_time);
  });
}

TEST_F(CallBox, IsFilledByItsCall) {
  // The first and last tenths of a second and the outer two fifths of the band are not empty margins.
  for_each_lone_call([](const Scene& scene, const BirdCall& call) {
    const auto inside = between(scene.birds, call.start_s, call.end_s);
    const double all = mean_power(inside);
    EXPECT_GT(decibels(mean_power(between(scene.birds, call.start_s, call.start_s + 0.1)) / all), -25.0);
    EXPECT_GT(decibels(mean_power(between(scene.birds, call.end_s - 0.1, call.end_s)) / all), -25.0);
    const double part_hz = 0.4 * (call.high_hz - call.low_hz);
    for (const double low_hz : {call.low_hz, call.high_hz - part_hz}) {
      EXPECT_GT(decibels(band_power(inside, 32000, low_hz, low_hz + part_hz, false) / all), -45.0);
    }
  });
}

TEST_F(CallBox, LevelIsThePeak) {
  for_each_lone_call([](const Scene& scene, const BirdCall& call) {
    float peak = 0.0F;
    for (const float sample : between(scene.birds, call.start_s, call.end_s + kGuard_s)) {
      peak = std::max(peak, std::abs(sample));
    }
    EXPECT_NEAR(20.0 * std::log10(double{peak}), call.level_dbfs, 0.01);
  });
}

TEST_F(CallBox, SignalToNoiseRatioIsTrue) {
  double sum_db = 0.0;
  int count = 0;
  for_each_lone_call([&](const Scene& scene, const BirdCall& call) {
    const double signal = mean_power(between(scene.birds, call.start_s, call.end_s));
    const double noise =
        band_power(between(scene.background, call.start_s, call.end_s), 32000, call.low_hz, call.high_hz, true);
    const double error_db = decibels(signal / noise) - call.snr_db;
    EXPECT_LT(std::abs(error_db), 4.0);
    sum_db += error_db;
    ++count;
  });
  EXPECT_NEAR(sum_db / count, 0.0, 0.4);
}

TEST_F(CallBox, MostCallsStandOut) {
  int faint = 0;
  int count = 0;
  for (const Scene& scene : scenes_) {
    for (const BirdCall& call : scene.calls) {
      ++count;
      if (call.snr_db < 6.0) ++faint;
    }
  }
  EXPECT_GT(count, 150);
  EXPECT_LT(faint, count / 2);
  EXPECT_GT(faint, 0) << "some should be hard to find";
}

}  // namespace
}  // namespace veery
