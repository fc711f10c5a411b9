#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include <veery/training/evaluation.hpp>
#include <veery/training/metrics.hpp>
#include <veery/training/spectral_gate.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

TEST(ScoreExample, GivesEachSourceTheStemThatFits) {
  const at::Tensor sources = noise({3, 400}, 1);
  const at::Tensor stems = at::stack({sources[2], sources[0], sources[1] * 0.5}) + 0.01 * noise({3, 400}, 2);

  const ExampleScores scores = score_example(sources, stems);

  EXPECT_EQ(scores.sources, 3);
  EXPECT_EQ(scores.stems, 3);
  ASSERT_EQ(scores.scored.size(), 3U);
  for (const SourceScore& score : scores.scored) EXPECT_GT(score.si_snr_db, 25);
  EXPECT_NEAR(scores.scored[0].si_snr_db, si_snr(stems[1], sources[0]).item<double>(), 1e-6);
  EXPECT_NEAR(scores.scored[0].improvement_db, si_snr_improvement(stems[1], sources[0], sources.sum(0)).item<double>(),
              1e-6);
}

/// All permutations by hand.
TEST(ScoreExample, TakesTheBestOfAllPermutations) {
  const at::Tensor sources = noise({3, 60}, 3);
  const at::Tensor stems = noise({3, 60}, 4) + 0.3 * sources.flip(0);
  std::vector<std::int64_t> order{0, 1, 2};
  double best = -1e9;
  do {
    double sum = 0;
    for (std::int64_t i = 0; i < 3; ++i)
      sum += si_snr(stems[order[static_cast<std::size_t>(i)]], sources[i]).item<double>();
    best = std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));

  double found = 0;
  for (const SourceScore& score : score_example(sources, stems).scored) found += score.si_snr_db;
  EXPECT_NEAR(found, best, 1e-6);
}

TEST(ScoreExample, CountsWhatSounds) {
  at::Tensor sources = noise({3, 400}, 1);
  sources[1].zero_();
  const at::Tensor others = noise({2, 400}, 2);
  const at::Tensor stems = at::stack({sources[0], sources[2], 0.001 * others[0], 0.2 * others[1]});

  const ExampleScores scores = score_example(sources, stems);

  EXPECT_EQ(scores.sources, 2);
  EXPECT_EQ(scores.stems, 3) << "-60 dB is silence, -14 dB is not";
  ASSERT_EQ(scores.scored.size(), 2U);
  EXPECT_EQ(scores.scored[1].source, 2);
  EXPECT_EQ(score_example(at::zeros({2, 50}), at::zeros({2, 50})).sources, 0);
}

TEST(MeanOf, HasStudentsInterval) {
  const Mean three = mean_of(std::vector<double>{1, 2, 3});
  EXPECT_EQ(three.count, 3);
  EXPECT_EQ(three.mean, 2);
  EXPECT_NEAR(three.half_width, 4.303 / std::sqrt(3.0), 1e-3);
  std::vector<double> many(31);
  std::iota(many.begin(), many.end(), 0.0);
  EXPECT_NEAR(mean_of(many).half_width, 2.0423 * std::sqrt(82.6667 / 31), 2e-3);
  EXPECT_EQ(mean_of(std::vector<double>{5}).half_width, 0);
  EXPECT_EQ(mean_of({}).count, 0);
}

TEST(MeanOfExamples, IsThatOfTheirValuesWhereEachHasOne) {
  const std::vector<double> values{1, 2, 4, 8};
  const Mean usual = mean_of(values);

  const Mean found = mean_of_examples(std::vector<std::vector<double>>{{1}, {2}, {}, {4}, {8}});

  EXPECT_EQ(found.count, 4);
  EXPECT_EQ(found.mean, 3.75);
  EXPECT_EQ(found.half_width, usual.half_width);
}

TEST(MeanOfExamples, SaysNoMoreForASourceThatAnotherFollows) {
  const Mean once = mean_of(std::vector<double>{1, 2, 6});

  const Mean twice = mean_of_examples(std::vector<std::vector<double>>{{1, 1}, {2, 2}, {6, 6}});

  EXPECT_EQ(twice.count, 6);
  EXPECT_EQ(twice.mean, once.mean);
  EXPECT_NEAR(twice.half_width, once.half_width, 1e-12);
  EXPECT_NEAR(mean_of_examples(std::vector<std::vector<double>>{{1, 5}, {2, 4}, {3}}).half_width, 0, 1e-12)
      << "sources that make up for each other";
  EXPECT_EQ(mean_of_examples(std::vector<std::vector<double>>{{1, 5}}).half_width, 0);
  EXPECT_EQ(mean_of_examples({}).count, 0);
}

TEST(Grouped, PoolsByNumberOfSources) {
  const std::vector<ExampleScores> examples{
      {1, 1, {{0, 10, 9}}}, {2, 3, {{0, 4, 3}, {1, 6, 5}}}, {3, 2, {{0, 1, 1}, {2, 3, 3}}}, {0, 0, {}}};

  const std::vector<GroupScores> groups = grouped(examples);

  ASSERT_EQ(groups.size(), 4U);
  EXPECT_EQ(groups[0].sources, 1);
  EXPECT_EQ(groups[0].si_snr.mean, 10);
  EXPECT_EQ(groups[1].improvement.mean, 4);
  EXPECT_EQ(groups[1].foreground.mean, 5);
  EXPECT_EQ(groups[1].over, 1);
  EXPECT_EQ(groups[2].under, 1);
  EXPECT_EQ(groups[3].sources, 0);
  EXPECT_EQ(groups[3].examples, 2);
  EXPECT_EQ(groups[3].improvement.mean, 3);
  EXPECT_EQ(groups[3].under, 0.5);
  EXPECT_NEAR(groups[3].improvement.half_width, 12.706, 1e-9) << "of two examples, not of four sources";
}

TEST(SpectralGate, LowersNoiseAndKeepsBursts) {
  const at::Tensor time = at::arange(32000, at::TensorOptions{}.dtype(at::kFloat)) / 16000.0;
  const at::Tensor bursts = 0.1 * noise({32000}, 6).to(at::kFloat) * (at::fmod(time, 1.0) < 0.2).to(at::kFloat);
  const at::Tensor mixture = (bursts + 0.02 * noise({32000}, 7).to(at::kFloat)).unsqueeze(0);

  const at::Tensor stems = spectral_gate(mixture, 16000);

  ASSERT_EQ(stems.sizes(), (std::vector<std::int64_t>{1, 2, 32000}));
  EXPECT_LT((stems.sum(1) - mixture).abs().max().item<double>(), 1e-6);
  EXPECT_GT(si_snr_improvement(stems[0][0], bursts, mixture[0]).item<double>(), 3);
  const auto level_in_pause = [](const at::Tensor& samples) {
    const at::Tensor pause = samples.narrow(0, 6000, 8000);
    return 10 * std::log10((pause * pause).mean().item<double>());
  };
  EXPECT_LT(level_in_pause(stems[0][0]), level_in_pause(mixture[0]) - 10);
}

TEST(SpectralGate, SilenceStaysSilent) {
  const at::Tensor stems = spectral_gate(at::zeros({2, 5000}), 22050);
  EXPECT_EQ(stems.abs().max().item<double>(), 0);
  EXPECT_EQ(spectral_gate(at::zeros({1, 10}), 22050).size(2), 10);
}

}  // namespace
}  // namespace veery::test
