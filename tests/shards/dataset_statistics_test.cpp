#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include <veery/shards/dataset_statistics.hpp>

namespace veery {
namespace {

constexpr double kSilentBelowDb = -70.0;

template <typename Sample>
RowLevel level_of(const std::vector<Sample>& samples) {
  const AudioType type = sizeof(Sample) == sizeof(float) ? AudioType::float32 : AudioType::int16;
  return measure_row(std::as_bytes(std::span{samples}), type);
}

TEST(MeasureRow, FullScaleSquareIsClippedThroughout) {
  std::vector<std::int16_t> square;
  for (int i = 0; i < 500; ++i) square.insert(square.end(), {std::int16_t{32767}, std::int16_t{-32768}});

  const RowLevel level = level_of(square);

  EXPECT_EQ(level.clipped, 1000);
  EXPECT_NEAR(level.rms_db.value(), 0.0, 2e-4);
  EXPECT_DOUBLE_EQ(level.peak_db.value(), 0.0);
  EXPECT_NEAR(level.offset, -0.5 / 32768.0, 1e-12);
}

TEST(MeasureRow, OneStepBelowFullScaleIsNotClipped) {
  EXPECT_EQ(level_of(std::vector<std::int16_t>{32766, -32766}).clipped, 0);
  EXPECT_EQ(level_of(std::vector<std::int16_t>{32767, -32767}).clipped, 2);
  EXPECT_EQ(level_of(std::vector<float>{0.9999F, -1.5F}).clipped, 1);
}

TEST(MeasureRow, SineIsThreeDecibelsBelowItsPeak) {
  std::vector<float> sine(16'000);
  for (std::size_t i = 0; i < sine.size(); ++i)
    sine[i] = static_cast<float>(0.1 * std::sin(2.0 * std::numbers::pi * 0.05 * static_cast<double>(i)));

  const RowLevel level = level_of(sine);

  EXPECT_NEAR(level.peak_db.value(), -20.0, 1e-3);
  EXPECT_NEAR(level.rms_db.value(), -23.0103, 1e-3);
  EXPECT_NEAR(level.offset, 0.0, 1e-9);
}

TEST(MeasureRow, ZerosHaveNoLevelAndDcIsAnOffset) {
  EXPECT_FALSE(level_of(std::vector<std::int16_t>(100)).rms_db.has_value());
  const RowLevel constant = level_of(std::vector<std::int16_t>(100, 3277));
  EXPECT_NEAR(constant.offset, 0.1, 1e-4);
  EXPECT_NEAR(constant.rms_db.value(), -20.0, 1e-2);
}

SplitStatistics some_rows(int from, int to) {
  SplitStatistics statistics;
  for (int i = from; i < to; ++i) {
    Example example;
    example.site = i % 2 == 0 ? "north" : "";
    example.start_time = i % 3 == 0 ? "" : "2024-06-0" + std::to_string(1 + i % 2) + "T05:00:00.250+02:00";
    example.label = i % 4 == 0 ? "wren;robin;wren" : "";
    RowLevel level;
    if (i % 5 != 0) level.rms_db = level.peak_db = -10.0 * i;
    level.clipped = i == 3 ? 7 : 0;
    level.offset = 0.001 * i;
    statistics.add(example, level, 100, kSilentBelowDb);
  }
  return statistics;
}

TEST(SplitStatistics, CountEveryRowOnceAndEveryNameOfALabel) {
  const SplitStatistics all = some_rows(0, 12);

  EXPECT_EQ(all.rows, 12);
  EXPECT_EQ(all.samples, 1200);
  EXPECT_EQ(all.sites, (std::map<std::string, std::int64_t>{{"", 6}, {"north", 6}}));
  EXPECT_EQ(all.days, (std::map<std::string, std::int64_t>{{"", 4}, {"2024-06-01", 4}, {"2024-06-02", 4}}));
  EXPECT_EQ(all.hours, (std::map<std::string, std::int64_t>{{"", 4}, {"05", 8}}));
  EXPECT_EQ(all.labels, (std::map<std::string, std::int64_t>{{"", 9}, {"robin", 3}, {"wren", 3}}));
  EXPECT_EQ(all.zero_rows, 3);        // 0, 5, 10
  EXPECT_EQ(all.silent_rows, 3 + 3);  // and 8, 9, 11
  EXPECT_EQ(all.clipped_rows, 1);
  EXPECT_EQ(all.clipped_samples, 7);
}

TEST(SplitStatistics, DoNotDependOnHowTheyWereGathered) {
  SplitStatistics joined = some_rows(7, 12);
  joined.add(statistics_from(to_text(some_rows(0, 3))));
  joined.add(some_rows(3, 7));

  EXPECT_EQ(to_text(joined), to_text(some_rows(0, 12)));
  EXPECT_EQ(to_text(statistics_from(to_text(joined))), to_text(joined));
}

TEST(Quantile, IsTheSmallestValueThatTheShareDoesNotExceed) {
  const Distribution values{{-300, 1}, {-200, 2}, {-100, 1}};

  EXPECT_EQ(quantile(values, 4, 0.0), -300);
  EXPECT_EQ(quantile(values, 4, 0.25), -300);
  EXPECT_EQ(quantile(values, 4, 0.26), -200);
  EXPECT_EQ(quantile(values, 4, 0.75), -200);
  EXPECT_EQ(quantile(values, 4, 1.0), -100);
  EXPECT_EQ(quantile(values, 8, 0.5), std::nullopt);  // four rows of zeros are below all
  EXPECT_EQ(quantile(values, 8, 0.51), -300);
  EXPECT_EQ(quantile({}, 0, 0.5), std::nullopt);
}

}  // namespace
}  // namespace veery
