#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/mixture_batches.hpp>
#include <veery/training/mixtures.hpp>

namespace veery::test {
namespace {

constexpr std::int64_t kSamples = 192000;

MixturePlan plan_of(std::int64_t rows, std::vector<double> shares, std::uint64_t seed = 0) {
  return {rows, kSamples, {.seed = seed, .view_shares = std::move(shares)}};
}

std::vector<std::int64_t> rows_of(const MixturePlan& plan, std::uint32_t epoch) {
  std::vector<std::int64_t> rows;
  for (std::int64_t view = 0; view < plan.views(); ++view)
    for (const PlannedSource& source : plan.view(epoch, view).sources) rows.push_back(source.row);
  return rows;
}

TEST(MixturePlan, UsesEveryRowOnceAnEpochInAnOrderOfItsOwn) {
  const MixturePlan plan = plan_of(500, perch_view_shares(0.3));

  std::vector<std::int64_t> first = rows_of(plan, 0);
  std::vector<std::int64_t> second = rows_of(plan, 1);

  EXPECT_NE(first, second);
  std::vector<std::int64_t> all(500);
  std::iota(all.begin(), all.end(), 0);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, all);
  EXPECT_EQ(second, all);
}

TEST(MixturePlan, SharesAreExact) {
  EXPECT_EQ(plan_of(100, perch_view_shares(0)).views_by_sources(), (std::vector<std::int64_t>{100, 0}));
  EXPECT_EQ(plan_of(100, perch_view_shares(1)).views_by_sources(), (std::vector<std::int64_t>{0, 50}));
  EXPECT_EQ(plan_of(100, perch_view_shares(0.3)).views_by_sources(), (std::vector<std::int64_t>{70, 15}));
  EXPECT_EQ(plan_of(7, perch_view_shares(1)).views_by_sources(), (std::vector<std::int64_t>{0, 3}));
  EXPECT_EQ(plan_of(90, {0, 1, 1, 0}).views_by_sources(), (std::vector<std::int64_t>{0, 18, 18, 0}));
  EXPECT_EQ(plan_of(1, {0, 1}).views(), 0);
  EXPECT_EQ(plan_of(0, {1}).views(), 0);
}

TEST(MixturePlan, LosesFewerRowsThanTheLargestViewHas) {
  for (std::int64_t rows = 0; rows < 200; ++rows) {
    const std::vector<std::int64_t> counts = plan_of(rows, {0.1, 0.35, 0.2, 0.35}).views_by_sources();
    const std::int64_t used = counts[0] + 2 * counts[1] + 3 * counts[2] + 4 * counts[3];
    EXPECT_LE(used, rows);
    EXPECT_LT(rows - used, 4) << rows;
  }
}

TEST(MixturePlan, AViewIsTheSameWhoeverAsks) {
  const MixtureOptions options{.seed = 4, .gain_db = DrawRange{-6, 6}, .noise_probability = 0.5};
  const MixturePlan one{64, kSamples, options, 10, kSamples};
  const MixturePlan other{64, kSamples, options, 10, kSamples};
  (void)other.view(3, 1);

  const PlannedView first = one.view(3, 9);
  const PlannedView second = other.view(3, 9);

  ASSERT_EQ(first.sources.size(), second.sources.size());
  for (std::size_t i = 0; i < first.sources.size(); ++i) {
    EXPECT_EQ(first.sources[i].row, second.sources[i].row);
    EXPECT_EQ(first.sources[i].start, second.sources[i].start);
    EXPECT_EQ(first.sources[i].gain_db, second.sources[i].gain_db);
  }
  EXPECT_EQ(first.noise.has_value(), second.noise.has_value());
}

TEST(MixturePlan, WindowsLieWithinTheirRows) {
  const MixturePlan plan{2000, 200, {.window_samples = 190, .view_shares = {1}}};
  std::set<std::int64_t> starts;
  for (std::int64_t view = 0; view < plan.views(); ++view) starts.insert(plan.view(0, view).sources[0].start);

  EXPECT_EQ(starts.size(), 11U);
  EXPECT_EQ(*starts.begin(), 0);
  EXPECT_EQ(*starts.rbegin(), 10);
}

TEST(MixturePlan, ShorterRowsLieAnywhereInTheirWindow) {
  const MixturePlan plan{2000, 190, {.window_samples = 200, .view_shares = {1}}};
  std::set<std::int64_t> starts;
  for (std::int64_t view = 0; view < plan.views(); ++view) starts.insert(plan.view(0, view).sources[0].start);

  EXPECT_EQ(starts.size(), 11U);
  EXPECT_EQ(*starts.begin(), -10);
  EXPECT_EQ(*starts.rbegin(), 0);
}

TEST(MixturePlan, DrawsNoiseAsOftenAndAsLoudAsAsked) {
  const MixturePlan plan{
      4000, kSamples, {.view_shares = {1}, .noise_probability = 0.75, .snr_db = {0, 40}}, 5, kSamples};
  int noisy = 0;
  std::set<std::int64_t> rows;
  double sum_db = 0;
  for (std::int64_t view = 0; view < plan.views(); ++view) {
    const auto noise = plan.view(0, view).noise;
    if (!noise) continue;
    ++noisy;
    rows.insert(noise->row);
    sum_db += noise->snr_db;
    EXPECT_TRUE(noise->snr_db >= 0 && noise->snr_db < 40);
  }

  EXPECT_NEAR(noisy, 3000, 110);  // four standard deviations
  EXPECT_EQ(rows.size(), 5U);
  EXPECT_NEAR(sum_db / noisy, 20, 1);
}

TEST(MixturePlan, RefusesOptionsThatDoNotFit) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto refuses = [](MixtureOptions options) {
    EXPECT_THROW((MixturePlan{10, kSamples, options, 3, kSamples}), Error);
  };
  refuses({.window_samples = 0});
  refuses({.view_shares = {}});
  refuses({.view_shares = {0, 0}});
  refuses({.view_shares = {1, -1}});
  refuses({.view_shares = {1, infinity}});
  refuses({.target_peak = DrawRange{0.3, 0.2}});
  refuses({.gain_db = DrawRange{0, infinity}});
  refuses({.noise_probability = 1.5});
  EXPECT_THROW((MixturePlan{10, kSamples, {.noise_probability = 0.5}}), Error);
  EXPECT_THROW((MixturePlan{-1, kSamples, {}}), Error);
  EXPECT_THROW((void)plan_of(10, {0, 1}).view(0, 5), Error);
  EXPECT_THROW((void)perch_view_shares(1.1), Error);
}

TEST(Batches, RanksSeeEqualNumbersAndTogetherWhatOneWouldSee) {
  EXPECT_EQ(batches_per_rank(1003, 8, 4), 31);
  EXPECT_EQ(batches_per_rank(31, 8, 4), 0);
  std::vector<std::int64_t> joined;
  for (std::int64_t rank = 0; rank < 4; ++rank) {
    const auto views = views_of_batch(2, 8, rank, 4);
    joined.insert(joined.end(), views.begin(), views.end());
  }

  EXPECT_EQ(joined, views_of_batch(2, 32, 0, 1));
  EXPECT_THROW((void)views_of_batch(0, 8, 4, 4), Error);
}

/// Perch: element 6 of the specification's example never finds a partner.
TEST(MixByArrival, IsThatOfPerch) {
  const std::vector<std::size_t> keys{1, 0, 1, 1, 0, 1, 1};

  EXPECT_EQ(mix_by_arrival(keys), (std::vector<std::vector<std::size_t>>{{1}, {0, 2}, {4}, {3, 5}}));
}

/// Perch draws a bucket for each row with probability p for the second, and so makes about as many views of each kind.
TEST(MixByArrival, GivesAboutTheSharesThatPlansHave) {
  constexpr std::int64_t kRows = 40000;
  std::vector<std::size_t> keys;
  for (std::uint64_t i = 0; i < kRows; ++i) keys.push_back(draw_unit({1, 0}, DrawPurpose::gain, i) < 0.25 ? 1 : 0);
  std::vector<std::int64_t> counts(2);
  for (const auto& view : mix_by_arrival(keys)) ++counts[view.size() - 1];

  const std::vector<std::int64_t> planned = plan_of(kRows, perch_view_shares(0.25)).views_by_sources();

  EXPECT_EQ(planned, (std::vector<std::int64_t>{30000, 5000}));
  EXPECT_NEAR(static_cast<double>(counts[0]), static_cast<double>(planned[0]), 350);  // four standard deviations
  EXPECT_NEAR(static_cast<double>(counts[1]), static_cast<double>(planned[1]), 175);
}

TEST(JoinedLabels, AreThoseOfAnyRow) {
  std::vector<Example> examples(3);
  examples[0].annotations = {{0, 5, 2}, {3, 9, 3}, {4, 9, 2}};
  examples[2].annotations = {{1, 2, 5}, {1, 2, 3}};

  EXPECT_EQ(joined_labels(examples, std::vector<std::int64_t>{2, 0}), (std::vector<std::int32_t>{2, 3, 5}));
  EXPECT_EQ(joined_labels(examples, std::vector<std::int64_t>{1}), (std::vector<std::int32_t>{}));
  EXPECT_THROW((void)joined_labels(examples, std::vector<std::int64_t>{3}), Error);
}

}  // namespace
}  // namespace veery::test
