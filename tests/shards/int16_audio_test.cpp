#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/int16_audio.hpp>

namespace veery {
namespace {

std::vector<std::int16_t> converted(const std::vector<float>& samples) {
  std::vector<std::int16_t> result(samples.size());
  to_int16(samples, result);
  return result;
}

// The values of the specification, run through Perch's own feature.
TEST(Int16Audio, CutsOffTheFractionAsPerchDoes) {
  EXPECT_EQ(converted({0.99996F, -1.0F, 0.5F / 32768, -0.5F / 32768, 1.5F / 32768, -1.5F / 32768}),
            (std::vector<std::int16_t>{32766, -32768, 0, 0, 1, -1}));
}

TEST(Int16Audio, ClipsAndTurnsNanIntoSilence) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(converted({1.0F, 2.0F, 1e30F, kInfinity, -1.0F, -2.0F, -1e30F, -kInfinity, kNan, -kNan, 0.0F, -0.0F}),
            (std::vector<std::int16_t>{32767, 32767, 32767, 32767, -32768, -32768, -32768, -32768, 0, 0, 0, 0}));
}

TEST(Int16Audio, IsExactForEveryInt16) {
  std::vector<float> samples;
  std::vector<std::int16_t> expected;
  for (int value = -32768; value <= 32767; ++value) {
    samples.push_back(static_cast<float>(value) / 32768.0F);
    expected.push_back(static_cast<std::int16_t>(value));
  }
  EXPECT_EQ(converted(samples), expected);
}

TEST(Int16Audio, AgreesWithTheDefinitionBetweenSteps) {
  std::vector<float> samples;
  for (float x = -1.1F; x < 1.1F; x = std::nextafter(x + 1e-5F, 2.0F)) samples.push_back(x);
  const std::vector<std::int16_t> result = converted(samples);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const float clipped = std::fmin(std::fmax(samples[i], -1.0F), 1.0F - 1.0F / 32768);
    ASSERT_EQ(result[i], static_cast<std::int16_t>(std::trunc(clipped * 32768.0F))) << samples[i];
  }
}

TEST(Int16Audio, ComesBackFromEveryInt16AndFromFloatsAsTheyAre) {
  std::vector<std::int16_t> stored(65'536);
  std::iota(stored.begin(), stored.end(), std::numeric_limits<std::int16_t>::min());
  std::vector<float> samples(stored.size());
  to_float(AudioType::int16, std::as_bytes(std::span{stored}), samples);
  std::vector<std::int16_t> again(stored.size());
  to_int16(samples, again);
  EXPECT_EQ(again, stored);
  std::vector<float> copy(samples.size());
  to_float(AudioType::float32, std::as_bytes(std::span{samples}), copy);
  EXPECT_EQ(copy, samples);
  EXPECT_THROW(to_float(AudioType::float32, std::as_bytes(std::span{stored}), copy), Error);
}

TEST(Int16Audio, WantsBuffersOfOneSize) {
  std::vector<std::int16_t> result(2);
  EXPECT_THROW(to_int16(std::vector<float>(3), result), Error);
}

}  // namespace
}  // namespace veery
