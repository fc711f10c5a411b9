#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/mixture_batches.hpp>
#include <veery/training/mixtures.hpp>

#include "support/temporary_folder.hpp"
#include "training/mixture_rows.hpp"

namespace veery::test {
namespace {

double peak(std::span<const float> samples) {
  float highest = 0;
  for (const float sample : samples) highest = std::max(highest, std::abs(sample));
  return static_cast<double>(highest);
}

/// Perch's PL-1.
TEST(MakeView, IsThePlainSumOfItsSources) {
  const RowSource rows = counting_rows(2, 10);
  const MixturePlan plan{2, 10, {.window_samples = 10, .target_peak = {}}};

  const MixtureView view = make_view(plan, rows, nullptr, 0, 0);

  ASSERT_EQ(view.rows.size(), 2U);
  EXPECT_NE(view.rows[0], view.rows[1]);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(view.audio[i], 3000 + 2 * static_cast<float>(i));
    EXPECT_EQ(view.sources[i], 1000 * static_cast<float>(view.rows[0] + 1) + static_cast<float>(i));
  }
}

/// Perch's PL-2.
TEST(MakeView, WithoutMixingIsTheRowAndASilentSource) {
  const RowSource rows = counting_rows(3, 10);
  const MixturePlan plan{3, 10, {.window_samples = 10, .view_shares = perch_view_shares(0), .target_peak = {}}};

  const MixtureView view = make_view(plan, rows, nullptr, 0, 1);

  std::vector<float> row(10);
  rows.read(view.rows.at(0), row);
  EXPECT_EQ(view.audio, row);
  row.resize(20);
  EXPECT_EQ(view.sources, row);
}

/// Perch's PL-4.
TEST(MakeView, BringsAPeakOfTenIntoTheRange) {
  const MixturePlan plan{50, 192, {.window_samples = 160, .view_shares = {1}}};
  for (std::int64_t i = 0; i < plan.views(); ++i) {
    const MixtureView view = make_view(plan, level_rows(50, 192, -10), nullptr, 0, i);

    EXPECT_EQ(view.audio.size(), 160U);
    EXPECT_GE(peak(view.audio), 0.15 * 10 / 10.01 - 1e-7);
    EXPECT_LE(peak(view.audio), 0.25 * 10 / 10.01 + 1e-7);
  }
}

TEST(MakeView, TakesThePeakOfTheRowOrOfTheWindow) {
  const RowSource rows = counting_rows(1, 2000);
  MixtureOptions options{.window_samples = 10, .view_shares = {1}, .target_peak = DrawRange{0.5, 0.5}};
  const PlannedSource source = MixturePlan{1, 2000, options}.view(0, 0).sources[0];
  const double last = 1000 + static_cast<double>(source.start) + 9;

  const MixtureView of_row = make_view({1, 2000, options}, rows, nullptr, 0, 0);
  options.peak_scope = PeakScope::window;
  const MixtureView of_window = make_view({1, 2000, options}, rows, nullptr, 0, 0);

  EXPECT_NEAR(peak(of_row.audio), last * 0.5 / 2999.01, 1e-6);
  EXPECT_NEAR(peak(of_window.audio), last * 0.5 / (last + 0.01), 1e-6);
}

TEST(MakeView, CutsAtTheSameStartInEverySampleAndPadsShortRows) {
  const RowSource rows = counting_rows(8, 6);
  const MixturePlan plan{8, 6, {.window_samples = 9, .view_shares = {1}, .target_peak = {}}};
  for (std::int64_t i = 0; i < plan.views(); ++i) {
    const std::int64_t before = -plan.view(0, i).sources[0].start;
    const MixtureView view = make_view(plan, rows, nullptr, 0, i);

    std::vector<float> expected(9);
    rows.read(view.rows[0], std::span{expected}.subspan(static_cast<std::size_t>(before), 6));
    EXPECT_EQ(view.audio, expected);
  }
}

TEST(MakeView, ScalesByDecibelsOnTopOfTheTarget) {
  const MixturePlan plan{
      1, 10, {.window_samples = 10, .view_shares = {1}, .target_peak = {}, .gain_db = DrawRange{-20, -20}}};

  EXPECT_FLOAT_EQ(make_view(plan, level_rows(1, 10, 1), nullptr, 0, 0).audio[3], 0.1F);
}

TEST(MakeView, MixesNoiseAtTheRatioOfEnergies) {
  const MixtureOptions options{.window_samples = 100, .target_peak = {}, .noise_probability = 1, .snr_db = {0, 40}};
  const MixturePlan plan{40, 100, options, 3, 100};
  const RowSource noise = level_rows(3, 100, 0.7F);
  for (std::int64_t i = 0; i < plan.views(); ++i) {
    const MixtureView view = make_view(plan, level_rows(40, 100, 0.25F), &noise, 0, i);

    const double ratio_db = 20 * std::log10(0.5 / static_cast<double>(view.sources[250]));
    EXPECT_NEAR(ratio_db, plan.view(0, i).noise.value().snr_db, 1e-4);
    EXPECT_FLOAT_EQ(view.audio[50], 0.5F + view.sources[250]);
  }
}

TEST(MakeView, LeavesNoiseAloneWhereThereIsNoRatio) {
  const MixtureOptions options{.window_samples = 10, .noise_probability = 1};
  const MixturePlan plan{2, 10, options, 1, 10};
  const RowSource silence = level_rows(2, 10, 0);
  const RowSource noise = level_rows(1, 10, 0.7F);
  const RowSource quiet = level_rows(1, 10, 1e-9F);

  EXPECT_EQ(make_view(plan, silence, &noise, 0, 0).audio, std::vector<float>(10, 0.7F));
  const MixtureView view = make_view(plan, level_rows(2, 10, 0.5F), &quiet, 0, 0);
  EXPECT_EQ(view.sources.back(), 1e-9F);
}

TEST(MakeView, RefusesNoiseThatIsMissingOrOfAnotherRate) {
  const MixturePlan plan{2, 10, {.window_samples = 10, .noise_probability = 1}, 1, 10};
  RowSource noise = level_rows(1, 10, 1);
  noise.sample_rate_hz = 16000;

  EXPECT_THROW((void)make_view(plan, level_rows(2, 10, 1), nullptr, 0, 0), Error);
  EXPECT_THROW((void)make_view(plan, level_rows(2, 10, 1), &noise, 0, 0), Error);
}

TEST(MakeBatch, IsItsViews) {
  const RowSource rows = counting_rows(9, 30);
  const MixturePlan plan{9, 30, {.window_samples = 20, .view_shares = {1, 1}}};
  const std::vector<std::int64_t> views{4, 0, 2};

  const MixtureBatch batch = make_batch(plan, rows, nullptr, 5, views);

  for (std::int64_t i = 0; i < 3; ++i) {
    const MixtureView view = make_view(plan, rows, nullptr, 5, views[static_cast<std::size_t>(i)]);
    EXPECT_TRUE(at::equal(batch.audio[i], at::tensor(view.audio)));
    EXPECT_TRUE(at::equal(batch.sources[i].flatten(), at::tensor(view.sources)));
    std::vector<std::int64_t> padded = view.rows;
    padded.resize(2, -1);
    EXPECT_TRUE(at::equal(batch.rows[i], at::tensor(padded)));
  }
}

// ── shards ───────────────────────────────────────────────────────────────────────────────────────

std::shared_ptr<const ShardReader> open(const std::filesystem::path& path) {
  return std::make_shared<const ShardReader>(path);
}

TEST(RowsOfShards, FollowEachOther) {
  const TemporaryFolder folder;
  const auto first = open(write_noise_shard(folder.path(), 4, 50, AudioType::int16, 1));
  const auto second = open(write_noise_shard(folder.path(), 3, 50, AudioType::float32, 2));

  const RowSource rows = rows_of_shards({first, second});

  EXPECT_EQ(rows.rows, 7);
  std::vector<std::int16_t> words(50);
  std::vector<float> floats(50);
  std::vector<float> row(50);
  first->read_audio(3, std::as_writable_bytes(std::span{words}));
  rows.read(3, row);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(row[i], static_cast<float>(words[i]) / 32768);
  second->read_audio(1, std::as_writable_bytes(std::span{floats}));
  rows.read(5, row);
  EXPECT_EQ(row, floats);
  EXPECT_THROW(rows.read(7, row), Error);
}

TEST(RowsOfShards, RefuseRowsOfAnotherLength) {
  const TemporaryFolder folder;
  const auto first = open(write_noise_shard(folder.path(), 2, 50, AudioType::int16, 1));
  const auto second = open(write_noise_shard(folder.path(), 2, 60, AudioType::int16, 2));

  EXPECT_THROW((void)rows_of_shards({first, second}), Error);
  EXPECT_THROW((void)rows_of_shards({}), Error);
}

}  // namespace
}  // namespace veery::test
