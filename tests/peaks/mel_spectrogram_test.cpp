#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <veery/peaks/mel_spectrogram.hpp>

#include "support/closed_form_signals.hpp"

namespace veery {
namespace {

using test::noise_samples;

TEST(FrameGrid, IsPerchsAtEveryRate) {
  struct Row {
    int rate_hz;
    std::int64_t window;
    std::int64_t hop;
    int bands;
  };
  for (const Row& row : {Row{8000, 640, 80, 111},
                         {16000, 1280, 160, 149},
                         {22050, 1764, 220, 160},
                         {24000, 1920, 240, 160},
                         {32000, 2560, 320, 160},
                         {44100, 3528, 441, 160},
                         {48000, 3840, 480, 160},
                         {96000, 7680, 960, 160},
                         {250000, 20000, 2500, 160},
                         {11025, 882, 110, -1}}) {
    SCOPED_TRACE(row.rate_hz);
    const FrameGrid grid = FrameGrid::at_rate(row.rate_hz);
    EXPECT_EQ(grid.window, row.window);
    EXPECT_EQ(grid.hop, row.hop);
    EXPECT_EQ(grid.scale, 1.0);
    if (row.bands < 0) continue;
    int filled = 0;
    for (const MelBand& band : mel_bands(row.rate_hz, row.window / 2 + 1)) filled += band.weights.empty() ? 0 : 1;
    EXPECT_EQ(filled, row.bands);
  }
}

TEST(FrameGrid, HasAFrameAHopAndOneMore) {
  const FrameGrid grid = FrameGrid::at_rate(32'000);
  EXPECT_EQ(grid.frames(2'560), 9);
  EXPECT_EQ(grid.frames(320'000), 1'001);
  EXPECT_EQ(grid.frames(320'001), 1'002);
  EXPECT_EQ(FrameGrid::at_rate(16'000).frames(339'120), 2'121);
  EXPECT_EQ(FrameGrid::at_rate(32'000).frames(86'400LL * 32'000), 8'640'001);
}

TEST(FrameGrid, ShrinksForAudioShorterThanAWindow) {
  const FrameGrid shrunk = FrameGrid::for_audio(32'000, 2'400);
  EXPECT_EQ(shrunk.window, 2'400);
  EXPECT_EQ(shrunk.hop, 160);
  EXPECT_DOUBLE_EQ(shrunk.scale, 2'560.0 / 2'400.0);
  EXPECT_EQ(shrunk.frames(2'400), 16);
  EXPECT_EQ(FrameGrid::for_audio(32'000, 2'241).hop, 1);
  EXPECT_EQ(FrameGrid::for_audio(32'000, 2'240).hop, 0);
  EXPECT_EQ(FrameGrid::for_audio(32'000, 2'240).frames(2'240), 0);
  EXPECT_EQ(FrameGrid::for_audio(32'000, 0).hop, 0);
  EXPECT_EQ(FrameGrid::for_audio(32'000, 2'560).hop, 320);
}

TEST(FrameGrid, OddWindowLosesAHalf) {
  const FrameGrid shrunk = FrameGrid::for_audio(32'000, 2'401);  // zeros: 1200 on each side
  EXPECT_EQ(shrunk.hop, 161);
  EXPECT_EQ(shrunk.frames(2'401), (2'400 + 160) / 161 + 1);
}

double total(const std::vector<MelBand>& bands) {
  double sum = 0.0;
  for (const MelBand& band : bands) {
    for (const float weight : band.weights) sum += static_cast<double>(weight);
  }
  return sum;
}

void expect_band(const MelBand& band, std::int64_t first_bin, const std::vector<double>& weights) {
  ASSERT_EQ(band.first_bin, first_bin);
  ASSERT_EQ(band.weights.size(), weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(band.weights[i], weights[i], 3e-5);
}

TEST(MelBands, AreTrianglesInMel) {
  const std::vector<MelBand> bands = mel_bands(32'000, 1'281);
  ASSERT_EQ(bands.size(), 160U);
  expect_band(bands[0], 5, {0.19992437, 0.81018525});
  expect_band(bands[80], 171, {.196829, .46442, .73084, .9961, .739792, .476824, .214987});
  EXPECT_EQ(bands[159].first_bin, 773);
  EXPECT_EQ(bands[159].weights.size(), 27U);
}

TEST(MelBands, SumToWhatPerchsDo) {
  EXPECT_NEAR(total(mel_bands(32'000, 1'281)), 787.705945, 1e-3);
  EXPECT_NEAR(total(mel_bands(250'000, 10'001)), 787.705945, 1e-3);
  EXPECT_NEAR(total(mel_bands(16'000, 641)), 635.199924, 1e-3);
  EXPECT_NEAR(total(mel_bands(8'000, 321)), 315.199924, 1e-3);
}

std::vector<float> spectrogram(std::span<const float> samples, int rate_hz, std::size_t push) {
  std::vector<float> rows;
  MelSpectrogram stream{rate_hz,
                        [&](std::span<const float> some) { rows.insert(rows.end(), some.begin(), some.end()); }};
  for (std::size_t at = 0; at < samples.size(); at += push) {
    stream.push(samples.subspan(at, std::min(push, samples.size() - at)));
  }
  const FrameGrid grid = stream.finish();
  EXPECT_EQ(static_cast<std::int64_t>(rows.size()), grid.frames(static_cast<std::int64_t>(samples.size())) * kMelBands);
  return rows;
}

TEST(MelSpectrogram, DoesNotDependOnPushes) {
  const std::vector<float> samples = noise_samples(70'001, 0.1, 3);
  const std::vector<float> whole = spectrogram(samples, 32'000, samples.size());
  ASSERT_EQ(whole.size(), 220U * kMelBands);
  for (const std::size_t push : {1U, 7U, 320U, 65'536U}) EXPECT_EQ(spectrogram(samples, 32'000, push), whole) << push;
}

TEST(MelSpectrogram, HasTheGridsFramesForEveryLength) {
  for (const int rate_hz : {8'000, 22'050, 32'000}) {
    const FrameGrid grid = FrameGrid::at_rate(rate_hz);
    for (const std::int64_t count :
         {std::int64_t{0}, std::int64_t{1}, grid.window - grid.hop, grid.window - grid.hop + 1, grid.window - 1,
          grid.window, grid.window + 1, 48 * grid.hop + grid.window / 2 - 1, 48 * grid.hop + grid.window / 2,
          50 * grid.hop + 1}) {
      SCOPED_TRACE(testing::Message() << rate_hz << " Hz, " << count);
      const std::vector<float> samples = noise_samples(count, 0.1, 4);
      EXPECT_EQ(spectrogram(samples, rate_hz, 999), spectrogram(samples, rate_hz, samples.size() + 1));
    }
  }
}

TEST(MelSpectrogram, SilenceLiesOnTheFloor) {
  for (const float value : spectrogram(std::vector<float>(10'000), 32'000, 10'000)) {
    EXPECT_FLOAT_EQ(value, -0.460517F);
  }
}

/// Two frames from the definition, in float64.
TEST(MelSpectrogram, IsItsDefinition) {
  const std::vector<float> samples = noise_samples(9'000, 0.2, 5);
  const std::vector<float> rows = spectrogram(samples, 8'000, 640);
  const std::vector<MelBand> bands = mel_bands(8'000, 321);
  for (const std::int64_t frame : {0, 57}) {
    std::vector<double> energy(kMelBands, 0.0);
    std::vector<double> magnitude;
    for (int bin = 0; bin <= 320; ++bin) {
      double re = 0.0;
      double im = 0.0;
      for (std::int64_t k = 0; k < 640; ++k) {
        const std::int64_t at = frame * 80 - 320 + k;
        if (at < 0 || at >= 9'000) continue;
        const double s = std::sin(std::numbers::pi * static_cast<double>(k) / 640.0);
        const double value = s * s * static_cast<double>(samples[static_cast<std::size_t>(at)]);
        const double angle = 2.0 * std::numbers::pi * static_cast<double>(k * bin % 640) / 640.0;
        re += value * std::cos(angle);
        im -= value * std::sin(angle);
      }
      magnitude.push_back(std::hypot(re, im));
    }
    for (std::size_t j = 0; j < bands.size(); ++j) {
      double sum = 0.0;
      for (std::size_t i = 0; i < bands[j].weights.size(); ++i) {
        sum += static_cast<double>(bands[j].weights[i]) * magnitude[static_cast<std::size_t>(bands[j].first_bin) + i];
      }
      const double expected = 0.1 * std::log(std::max(sum, 0.01));
      EXPECT_NEAR(rows[static_cast<std::size_t>(frame) * kMelBands + j], expected, 1e-5) << frame << ", " << j;
    }
  }
}

}  // namespace
}  // namespace veery
