#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/separation/separate_recording.hpp>

#include "separation/fake_model.hpp"
#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery {
namespace {

using test::FakeModel;
using test::TemporaryFolder;
using test::WavFile;

constexpr int kRate = 1000;

std::vector<float> noise(std::size_t samples) {
  std::mt19937 random{7};
  std::vector<float> values(samples);
  for (float& value : values) value = static_cast<float>(random()) / 4294967296.0F - 0.5F;
  return values;
}

std::filesystem::path write_wav(const TemporaryFolder& folder, const std::vector<float>& samples, int rate = kRate) {
  const std::filesystem::path path = folder / "a.wav";
  WavFile{path, WavFile::Kind::float32, rate, static_cast<std::int64_t>(samples.size())}.append<float>(samples);
  return path;
}

/// Stem 0 is the input, stem 1 silence.
at::Tensor identity(const at::Tensor& mixtures) {
  return at::stack({mixtures, at::zeros_like(mixtures)}, 1);
}

SeparateOptions short_windows() {
  SeparateOptions options;
  options.windows = {1.0, 0.75, 0.1};
  return options;
}

struct Separated {
  SeparationAccount account;
  StemBlock stems;
};

Separated separate(const std::filesystem::path& path, const FakeModel& model,
                   const SeparateOptions& options = short_windows()) {
  Batcher batcher{model, kRate, {.batch = 1, .threads = 2}};
  Separated result;
  result.stems.resize(static_cast<std::size_t>(model.info().sources));
  auto account = separate_recording(path, options, batcher, [&](const StemBlock& stems) {
    ASSERT_EQ(stems.size(), result.stems.size());
    for (std::size_t i = 0; i < stems.size(); ++i)
      result.stems[i].insert(result.stems[i].end(), stems[i].begin(), stems[i].end());
  });
  EXPECT_TRUE(std::holds_alternative<SeparationAccount>(account));
  result.account = std::get<SeparationAccount>(std::move(account));
  return result;
}

TEST(SeparateRecording, GivesBackWhatTheModelReturnsAtEveryLength) {
  const FakeModel model{2, kRate, identity};
  for (const std::size_t length : {1U, 10U, 999U, 1000U, 1001U, 1749U, 1750U, 1751U, 4321U, 70'001U, 200'000U}) {
    const TemporaryFolder folder;
    const std::vector<float> samples = noise(length);
    const Separated result = separate(write_wav(folder, samples), model);
    EXPECT_EQ(result.stems[0], samples) << length;
    EXPECT_EQ(result.stems[1], std::vector<float>(length, 0.0F)) << length;
    EXPECT_EQ(result.account.frames_read, static_cast<std::int64_t>(length));
    EXPECT_EQ(result.account.samples, static_cast<std::int64_t>(length));
    EXPECT_EQ(result.account.residual.peak, 0.0);
    EXPECT_EQ(result.account.residual.level_db(), -200.0);
    const std::size_t windows = length <= 1000 ? 1 : (length - 1000 + 749) / 750 + 1;
    EXPECT_EQ(result.account.seams.size(), windows - 1) << length;
  }
}

TEST(SeparateRecording, MeasuresWhatTheStemsMiss) {
  const FakeModel model{2, kRate, [](const at::Tensor& mixtures) { return identity(mixtures) * 0.75; }};
  const TemporaryFolder folder;
  std::vector<float> samples = noise(5000);
  samples[1234] = 0.8F;
  const Separated result = separate(write_wav(folder, samples), model);
  EXPECT_NEAR(result.account.residual.peak, 0.2, 1e-6);
  EXPECT_NEAR(result.account.residual.level_db(), 20.0 * std::log10(0.25), 1e-3);
}

TEST(SeparateRecording, ComesBackAtTheSourcesRateWithAllItsSamples) {
  const FakeModel model{2, 4000, identity};
  for (const int rate : {1000, 4000, 6400, 8820, 48'000}) {
    for (const std::size_t length : {1U, 37U, 4801U, 12'345U}) {
      const TemporaryFolder folder;
      SeparateOptions options = short_windows();
      options.output_rate_hz = rate;
      const Separated result = separate(write_wav(folder, noise(length), rate), model, options);
      EXPECT_EQ(result.stems[0].size(), length) << rate;
      EXPECT_EQ(result.stems[1].size(), length) << rate;
      EXPECT_EQ(result.account.sample_rate_hz, rate);
    }
  }
}

TEST(SeparateRecording, KeepsATonesPlaceThroughTheModelsRate) {
  const FakeModel model{2, kRate, identity};
  const TemporaryFolder folder;
  std::vector<float> tone(8000);
  for (std::size_t i = 0; i < tone.size(); ++i)
    tone[i] = std::sin(0.05F * static_cast<float>(i)) * std::sin(3.14159265F * static_cast<float>(i) / 8000.0F);
  SeparateOptions options = short_windows();
  options.output_rate_hz = 1600;
  const Separated result = separate(write_wav(folder, tone, 1600), model, options);
  for (std::size_t i = 0; i < tone.size(); ++i) ASSERT_NEAR(result.stems[0][i], tone[i], 2e-3) << i;
}

TEST(SeparateRecording, SetsZerosInPlaceOfNanAndSaysWhere) {
  const FakeModel model{2, kRate, identity};
  const TemporaryFolder folder;
  std::vector<float> samples = noise(20'000);
  samples[9000] = std::numeric_limits<float>::quiet_NaN();
  const Separated result = separate(write_wav(folder, samples), model);
  ASSERT_EQ(result.account.lost.size(), 1U);
  EXPECT_EQ(result.account.lost[0].refusal.reason, Reason::not_finite);
  EXPECT_FALSE(result.account.not_separated);
  EXPECT_EQ(result.stems[0].size(), samples.size());
  EXPECT_EQ(result.stems[0][9000], 0.0F);
  EXPECT_EQ(result.stems[0][0], samples[0]);
}

TEST(SeparateRecording, SaysWhereTheModelGaveNan) {
  const FakeModel model{2, kRate, [](const at::Tensor& mixtures) {
                          const float nan = std::numeric_limits<float>::quiet_NaN();
                          return at::where(mixtures.max() > 0.9, identity(mixtures) * nan, identity(mixtures));
                        }};
  const TemporaryFolder folder;
  std::vector<float> samples = noise(10'000);
  samples[7700] = 0.95F;  // first seen by the window from 6.75 s to 7.75 s
  const Separated result = separate(write_wav(folder, samples), model);
  ASSERT_TRUE(result.account.not_separated);
  EXPECT_EQ(result.account.not_separated->refusal.reason, Reason::not_separated);
  EXPECT_EQ(result.account.not_separated->begin, 6750);
  EXPECT_EQ(result.account.not_separated->end, 10'000);
  EXPECT_EQ(result.account.frames_read, 10'000);
  EXPECT_LT(result.stems[0].size(), 7700U);
}

TEST(SeparateRecording, TakesSilenceForWhatItIs) {
  const FakeModel model{3, kRate, [](const at::Tensor& mixtures) {
                          return at::stack({mixtures, mixtures, mixtures}, 1);
                        }};
  const TemporaryFolder folder;
  const Separated result = separate(write_wav(folder, std::vector<float>(5000, 0.0F)), model);
  EXPECT_EQ(result.account.residual.level_db(), -200.0);
  EXPECT_EQ(result.stems[2], std::vector<float>(5000, 0.0F));
  for (const Seam& seam : result.account.seams) EXPECT_EQ(seam.outputs, (std::vector<int>{0, 1, 2}));
}

TEST(SeparateRecording, WorksWithOneStem) {
  const FakeModel model{1, kRate, [](const at::Tensor& mixtures) { return mixtures.unsqueeze(1); }};
  const TemporaryFolder folder;
  const std::vector<float> samples = noise(3456);
  EXPECT_EQ(separate(write_wav(folder, samples), model).stems[0], samples);
}

TEST(SeparateRecording, RefusesWhatIsNoAudio) {
  const FakeModel model{2, kRate, identity};
  const TemporaryFolder folder;
  std::ofstream{folder / "a.wav"} << "not audio";
  Batcher batcher{model, kRate, {}};
  const auto result = separate_recording(folder / "a.wav", short_windows(), batcher, [](const StemBlock&) {});
  ASSERT_TRUE(std::holds_alternative<Refusal>(result));
  EXPECT_EQ(std::get<Refusal>(result).reason, Reason::no_audio);
}

TEST(SeparateRecording, PassesOnAFailureOfTheModelOrTheSink) {
  const TemporaryFolder folder;
  const std::filesystem::path path = write_wav(folder, noise(5000));
  const FakeModel broken{2, kRate, [](const at::Tensor&) -> at::Tensor { throw Error{"no", "fake"}; }};
  Batcher fails{broken, kRate, {}};
  EXPECT_THROW(static_cast<void>(separate_recording(path, short_windows(), fails, [](const StemBlock&) {})), Error);
  const FakeModel good{2, kRate, identity};
  Batcher batcher{good, kRate, {}};
  EXPECT_THROW(static_cast<void>(separate_recording(path, short_windows(), batcher,
                                                    [](const StemBlock&) {
                                                      throw Error{"full", "disk"};
                                                    })),
               Error);
}

}  // namespace
}  // namespace veery
