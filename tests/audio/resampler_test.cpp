#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include <veery/audio/resampler.hpp>

namespace veery {
namespace {

using Samples = std::vector<float>;

Samples tone(std::int64_t count, double hertz, int rate_hz) {
  Samples samples(static_cast<std::size_t>(count));
  for (std::size_t n = 0; n < samples.size(); ++n) {
    samples[n] = static_cast<float>(std::sin(2.0 * std::numbers::pi * hertz * static_cast<double>(n) / rate_hz));
  }
  return samples;
}

/// Loud noise with steps in it: every rounding shows.
Samples rough(std::int64_t count) {
  Samples samples(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (float& sample : samples) {
    state = 1'664'525U * state + 1'013'904'223U;
    sample = static_cast<float>(state >> 8U) / 8'388'608.0F - 1.0F;
  }
  return samples;
}

Samples resampled(const Samples& input, ResamplerKind kind, int from_hz, int to_hz, std::size_t push) {
  const auto resampler = make_resampler(kind, from_hz, to_hz);
  Samples output;
  for (std::size_t at = 0; at < input.size(); at += push) {
    resampler->push(std::span{input}.subspan(at, std::min(push, input.size() - at)), output);
  }
  resampler->finish(output);
  return output;
}

double rms(std::span<const float> samples) {
  double sum = 0.0;
  for (const float sample : samples) sum += static_cast<double>(sample) * static_cast<double>(sample);
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

double decibels(double ratio) {
  return 20.0 * std::log10(ratio);
}

// The figures are SciPy 1.15.3's: firwin(2 * 10 * max(up, down) + 1, 1 / max(up, down), window=("kaiser", 5.0)) * up.
TEST(PerchTaps, AreSciPys) {
  struct Case {
    int up;
    int down;
    std::size_t count;
    double centre;
    double next;
  };
  constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();
  for (const Case& expected : {Case{2, 1, 41, 1.0005174705960602, 0.6334006913606015},
                               {1, 2, 41, 0.5002587352980301, 0.31670034568030075},
                               {2, 3, 61, 0.6670707823691848, 0.5502954453578676},
                               {4, 3, 81, 1.000636565089112, 0.8996325710102085},
                               {441, 320, 8821, 1.0006751357463208, kNotKnown},
                               {320, 441, 8821, 0.7261134771855389, kNotKnown},
                               {640, 441, 12801, kNotKnown, kNotKnown}}) {
    SCOPED_TRACE(testing::Message() << expected.up << "/" << expected.down);
    const std::vector<float> taps = perch_taps(expected.up, expected.down);
    ASSERT_EQ(taps.size(), expected.count);
    const std::size_t centre = taps.size() / 2;
    double sum = 0.0;
    for (const float tap : taps) sum += static_cast<double>(tap);
    EXPECT_NEAR(sum, expected.up, 1e-6 * expected.up);
    for (std::size_t i = 0; i < centre; ++i) ASSERT_EQ(taps[i], taps[taps.size() - 1 - i]);
    if (!std::isnan(expected.centre)) {
      EXPECT_NEAR(taps[centre], expected.centre, 2e-7);
    }
    if (!std::isnan(expected.next)) {
      EXPECT_NEAR(taps[centre + 1], expected.next, 2e-7);
    }
  }
}

TEST(ResampledLength, IsTheCeilingOfTheExactRatio) {
  EXPECT_EQ(resampled_length(339'120, 16'000, 22'050), 467'350);
  EXPECT_EQ(resampled_length(0, 44'100, 32'000), 0);
  EXPECT_EQ(resampled_length(1, 250'000, 32'000), 1);
  EXPECT_EQ(resampled_length(441, 44'100, 32'000), 320);
  EXPECT_EQ(resampled_length(442, 44'100, 32'000), 321);
  EXPECT_EQ(resampled_length(1'793'024, 256'000, 32'000), 224'128);
}

TEST(ResampledLength, IsExactForDaysOfUltrasound) {
  constexpr std::int64_t kDay = 86'400;
  EXPECT_EQ(resampled_length(30 * kDay * 250'000, 250'000, 32'000), 30 * kDay * 32'000);
  EXPECT_EQ(resampled_length(30 * kDay * 250'000 + 1, 250'000, 32'000), 30 * kDay * 32'000 + 1);
  EXPECT_EQ(resampled_length(365 * kDay * 384'000, 384'000, 44'100), 365 * kDay * 44'100);
}

TEST(SourcePosition, IsTheNearestSourceSample) {
  EXPECT_EQ(source_position(0, 32'000, 44'100), 0);
  EXPECT_EQ(source_position(1, 32'000, 44'100), 1);  // 1.378
  EXPECT_EQ(source_position(2, 32'000, 44'100), 3);  // 2.756
  EXPECT_EQ(source_position(3, 32'000, 16'000), 2);  // 1.5
  EXPECT_EQ(source_position(32'000, 32'000, 44'100), 44'100);
  EXPECT_EQ(source_position(7, 32'000, 32'000), 7);
}

TEST(SourcePosition, IsExactForDaysOfUltrasound) {
  constexpr std::int64_t kDay = 86'400;
  EXPECT_EQ(source_position(kDay * 32'000, 32'000, 250'000), kDay * 250'000);
  EXPECT_EQ(source_position(kDay * 32'000 + 1, 32'000, 250'000), kDay * 250'000 + 8);  // 7.8125
  EXPECT_EQ(source_position(3'650 * kDay * 32'000 + 31'999, 32'000, 250'000), (3'650 * kDay + 1) * 250'000 - 8);
  // In float64 this would be 1 off: 2^53 is passed on the way.
  EXPECT_EQ(source_position((std::int64_t{1} << 53U) + 1, 32'000, 64'000), (std::int64_t{1} << 54U) + 2);
}

class BothResamplers : public testing::TestWithParam<ResamplerKind> {};

TEST_P(BothResamplers, DoNotDependOnPushes) {
  const Samples input = rough(20'000);
  for (const auto& [from_hz, to_hz] :
       {std::pair{44'100, 32'000}, {16'000, 32'000}, {48'000, 32'000}, {22'050, 32'000}}) {
    const Samples whole = resampled(input, GetParam(), from_hz, to_hz, input.size());
    for (const std::size_t push : {1U, 7U, 320U, 4'099U}) {
      EXPECT_EQ(resampled(input, GetParam(), from_hz, to_hz, push), whole) << from_hz << " Hz, pushes of " << push;
    }
  }
}

TEST_P(BothResamplers, GiveExactlyTheLength) {
  for (const int from_hz : {8'000, 11'025, 22'050, 24'000, 30'000, 44'100, 44'150, 48'000, 96'000, 250'000, 384'000}) {
    for (const int to_hz : {16'000, 22'050, 32'000, 48'000}) {
      for (const std::int64_t count : {0, 1, 2, 37, 441, 5'003}) {
        const Samples output = resampled(rough(count), GetParam(), from_hz, to_hz, 1'000);
        EXPECT_EQ(static_cast<std::int64_t>(output.size()), resampled_length(count, from_hz, to_hz))
            << count << " samples, " << from_hz << " to " << to_hz;
      }
    }
  }
}

TEST_P(BothResamplers, LeaveEqualRatesAlone) {
  const Samples input = rough(1'000);

  EXPECT_EQ(resampled(input, GetParam(), 32'000, 32'000, 333), input);
}

TEST_P(BothResamplers, KeepATonesLevelAndPlace) {
  const Samples expected = tone(32'000, 1'000.0, 32'000);
  for (const int from_hz : {16'000, 22'050, 44'100, 48'000, 250'000}) {
    const Samples output = resampled(tone(from_hz, 1'000.0, from_hz), GetParam(), from_hz, 32'000, 65'536);
    ASSERT_EQ(output.size(), expected.size());
    double worst = 0.0;
    for (std::size_t n = 4'000; n < 28'000; ++n) {
      worst = std::max(worst, std::abs(static_cast<double>(output[n]) - static_cast<double>(expected[n])));
    }
    EXPECT_LT(worst, 2e-3) << from_hz << " Hz";  // SciPy's filter has a ripple of 0.1 %
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, BothResamplers, testing::Values(ResamplerKind::soxr_hq, ResamplerKind::perch),
                         [](const auto& test) { return test.param == ResamplerKind::perch ? "perch" : "soxr_hq"; });

TEST(SoxrHq, RejectsAliases) {
  for (const int from_hz : {44'100, 48'000, 96'000, 250'000}) {
    const Samples output =
        resampled(tone(from_hz, 1.1 * 16'000.0, from_hz), ResamplerKind::soxr_hq, from_hz, 32'000, 65'536);
    const double alias = rms(std::span{output}.subspan(4'000, 24'000));
    EXPECT_LT(decibels(alias * std::numbers::sqrt2), -100.0) << from_hz << " Hz";
  }
}

// The restatement in resample_poly's own words: upsample with zeros, filter, take every `down`-th.
TEST(Polyphase, IsUpsamplingFilteringAndDecimation) {
  const Samples input = rough(700);
  for (const auto& [up, down] : {std::pair{2, 1}, {1, 2}, {2, 3}, {4, 3}, {320, 441}, {640, 441}}) {
    const std::vector<float> taps = perch_taps(up, down);
    const auto half = static_cast<std::int64_t>(taps.size() / 2);
    const Samples output = resampled(input, ResamplerKind::perch, down * 100, up * 100, 64);
    double worst = 0.0;
    for (std::size_t m = 0; m < output.size(); ++m) {
      double sum = 0.0;
      for (std::size_t k = 0; k < input.size(); ++k) {
        const std::int64_t tap = half + static_cast<std::int64_t>(m) * down - static_cast<std::int64_t>(k) * up;
        if (tap < 0 || tap > 2 * half) continue;
        sum += static_cast<double>(taps[static_cast<std::size_t>(tap)]) * static_cast<double>(input[k]);
      }
      worst = std::max(worst, std::abs(sum - static_cast<double>(output[m])));
    }
    EXPECT_LT(worst, 2e-7) << up << "/" << down;
  }
}

}  // namespace
}  // namespace veery
