#include <cmath>
#include <limits>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

/// In the order of the search: lexicographic, estimate 0 foremost.
std::vector<Assignment> all_assignments(std::int64_t references, std::int64_t estimates) {
  std::vector<Assignment> all{{}};
  for (std::int64_t i = 0; i < estimates; ++i) {
    std::vector<Assignment> longer;
    for (const Assignment& assignment : all) {
      for (std::int64_t reference = 0; reference < references; ++reference) {
        longer.push_back(assignment);
        longer.back().push_back(reference);
      }
    }
    all = std::move(longer);
  }
  return all;
}

at::Tensor remix(const at::Tensor& estimates, const Assignment& assignment, std::int64_t references) {
  at::Tensor sums = at::zeros({estimates.size(0), references, estimates.size(2)}, estimates.options());
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    sums.select(1, assignment[i]).add_(estimates.select(1, static_cast<std::int64_t>(i)));
  }
  return sums;
}

/// [batch, assignment], from the waveforms themselves.
at::Tensor losses_of_all(const at::Tensor& references, const at::Tensor& estimates, double max_snr_db) {
  std::vector<at::Tensor> losses;
  for (const Assignment& assignment : all_assignments(references.size(1), estimates.size(1))) {
    losses.push_back(log_mse(references, remix(estimates, assignment, references.size(1)), max_snr_db).mean(1));
  }
  return at::stack(losses, 1);
}

Assignment assignment_of(const MixitLoss& loss, std::int64_t example) {
  const at::Tensor row = loss.assignment[example].contiguous();
  return {row.const_data_ptr<std::int64_t>(), row.const_data_ptr<std::int64_t>() + row.numel()};
}

TEST(Mixit, FindsTheStemsOfEachMixture) {
  const at::Tensor stems = noise({1, 4, 50}, 1);
  const at::Tensor references = remix(stems, {1, 0, 0, 1}, 2);

  const MixitLoss found = mixit(references, stems, {.max_snr_db = kUnlimitedSnr});

  EXPECT_EQ(assignment_of(found, 0), (Assignment{1, 0, 0, 1}));
  EXPECT_TRUE(at::equal(found.mix_matrix, rows({{0, 1, 1, 0}, {1, 0, 0, 1}})));
  EXPECT_NEAR(found.loss.item<double>(), -80.0, 1e-9);
}

struct Sizes {
  std::int64_t references;
  std::int64_t estimates;
};
class MixitSearch : public testing::TestWithParam<Sizes> {};

TEST_P(MixitSearch, IsTheFirstMinimumOfAllAssignments) {
  const auto [references, estimates] = GetParam();
  for (const double max_snr_db : {30.0, kUnlimitedSnr}) {
    const at::Tensor mixtures = noise({3, references, 20}, 1);
    const at::Tensor stems = noise({3, estimates, 20}, 2);
    const at::Tensor losses = losses_of_all(mixtures, stems, max_snr_db);

    const MixitLoss found = mixit(mixtures, stems, {.max_snr_db = max_snr_db});

    EXPECT_LE(largest_difference(found.loss, losses.amin(1)), 1e-10);
    for (std::int64_t example = 0; example < 3; ++example) {
      const auto first = static_cast<std::size_t>(losses[example].argmin().item<std::int64_t>());
      EXPECT_EQ(assignment_of(found, example), all_assignments(references, estimates)[first]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, MixitSearch,
                         testing::Values(Sizes{1, 3}, Sizes{2, 1}, Sizes{2, 2}, Sizes{2, 8}, Sizes{3, 4}, Sizes{4, 3}),
                         [](const testing::TestParamInfo<Sizes>& test) {
                           return std::to_string(test.param.references) + "_references_" +
                                  std::to_string(test.param.estimates) + "_estimates";
                         });

TEST(Mixit, OfEqualsTheFirstWins) {
  const at::Tensor references = noise({1, 2, 20}, 1);
  const at::Tensor silence = at::zeros({1, 1, 20}, at::kDouble);
  const at::Tensor stems = at::cat({silence, references, silence}, 1);

  EXPECT_EQ(assignment_of(mixit(references, stems), 0), (Assignment{0, 0, 1, 0}));
}

TEST(Mixit, SixteenEstimatesAreStillSearchedInFull) {
  const at::Tensor stems = noise({2, 16, 200}, 1);
  const Assignment planted{1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0};

  const MixitLoss found = mixit(remix(stems, planted, 2), stems);

  EXPECT_EQ(assignment_of(found, 0), planted);
  EXPECT_EQ(assignment_of(found, 1), planted);
}

TEST(Mixit, TriesOnlyWhatIsAllowed) {
  const at::Tensor stems = noise({1, 3, 50}, 1);
  const at::Tensor references = remix(stems, {1, 0, 1}, 2);

  const MixitLoss found = mixit(references, stems, {.allowed = {{0, 1, 1}, {1, 0, 0}}});

  EXPECT_EQ(assignment_of(found, 0), (Assignment{1, 0, 0}));
}

TEST(Mixit, GradientIsThatOfCentralDifferences) {
  const at::Tensor references = noise({2, 2, 6}, 1);
  const auto loss = [&](const at::Tensor& estimates) { return mixit(references, estimates).loss.sum(); };

  EXPECT_LE(gradient_error(loss, noise({2, 4, 6}, 2)), 1e-6);
}

TEST(Mixit, QuietDetailsDecideBesideLoudSound) {
  // In single precision the inner products of these have lost what tells the two stems apart.
  const at::Tensor loud = 1e3 * noise({1, 1, 1000}, 1).to(at::kFloat);
  const at::Tensor quiet = 0.1 * noise({1, 2, 1000}, 2).to(at::kFloat);
  const at::Tensor stems = at::cat({loud, quiet}, 1);

  const MixitLoss found = mixit(remix(stems, {0, 1, 0}, 2), stems, {.max_snr_db = kUnlimitedSnr});

  EXPECT_EQ(assignment_of(found, 0), (Assignment{0, 1, 0}));
}

/// Every third and fifth stem belongs to the second mixture.
Assignment mixed_assignment(std::size_t stems) {
  Assignment assignment(stems, 0);
  for (std::size_t i = 0; i < stems; ++i) assignment[i] = i % 3 == 0 || i % 5 == 0 ? 1 : 0;
  return assignment;
}

TEST(Mixit, MoreStemsThanCanAllBeTriedFindTheirMixtures) {
  const Assignment truth = mixed_assignment(32);
  const at::Tensor stems = noise({2, 32, 400}, 1);

  const MixitLoss found = mixit(remix(stems, truth, 2), stems, {.max_snr_db = kUnlimitedSnr});

  EXPECT_EQ(assignment_of(found, 0), truth);
  EXPECT_EQ(assignment_of(found, 1), truth);
  EXPECT_NEAR(found.loss[0].item<double>(), -80.0, 1e-6);
}

TEST(Mixit, ManyPoorStemsAreAddedUpNoWorseThanTheTruth) {
  const Assignment truth = mixed_assignment(24);
  const at::Tensor stems = noise({8, 24, 200}, 2);
  at::Tensor estimates = stems + 0.7 * noise({8, 24, 200}, 3);
  estimates.select(1, 5).zero_();                        // a silent stem
  estimates.select(1, 7).copy_(estimates.select(1, 6));  // and one twice
  const at::Tensor references = remix(stems, truth, 2);

  const MixitLoss found = mixit(references, estimates);

  const at::Tensor of_truth = log_mse(references, remix(estimates, truth, 2), 30).mean(1);
  EXPECT_TRUE((found.loss <= of_truth + 1e-9).all().item<bool>()) << found.loss << of_truth;
}

TEST(Mixit, StemsBeyondNumbersEndTheSearchToo) {
  const at::Tensor references = noise({1, 2, 200}, 1);
  for (const double beyond : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    at::Tensor one = noise({1, 32, 200}, 2);
    one[0][3][7] = beyond;

    EXPECT_FALSE(at::isfinite(mixit(references, one).loss).any().item<bool>());
    EXPECT_FALSE(at::isfinite(mixit(references, at::full_like(one, beyond)).loss).any().item<bool>());
  }
}

TEST(Mixit, WhatDoesNotFitIsRefused) {
  const at::Tensor references = noise({2, 2, 10}, 1);

  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 4, 11}, 2))), Error);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({1, 4, 10}, 2))), Error);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 10}, 2))), Error);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 4, 10}, 2).to(at::kFloat))), Error);
  const Assignment of_21(21, 0);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 21, 10}, 2), {.allowed = {of_21}})), Error);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 3, 10}, 2), {.allowed = {{0, 1}}})), Error);
  EXPECT_THROW(static_cast<void>(mixit(references, noise({2, 3, 10}, 2), {.allowed = {{0, 1, 2}}})), Error);
}

class MixitGolden : public testing::TestWithParam<std::string> {};

TEST_P(MixitGolden, LossAndMixMatrixAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::string name = "mixit_" + GetParam() + "_";

  const MixitLoss found = mixit(golden_loss(name + "reference"), golden_loss(name + "estimate"));

  EXPECT_LE(largest_difference(found.loss, golden_loss(name + "loss")), 1e-5);
  EXPECT_TRUE(at::equal(found.mix_matrix, golden_loss(name + "mix_matrix")));
}

INSTANTIATE_TEST_SUITE_P(, MixitGolden, testing::Values("S3", "S4", "S8", "R3"),
                         [](const testing::TestParamInfo<std::string>& test) { return test.param; });

/// Recorded for two references only.
class MixitAssignments : public testing::TestWithParam<std::string> {};

TEST_P(MixitAssignments, CostWhatTheyDoInTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::string name = "mixit_" + GetParam() + "_";
  const at::Tensor references = golden_loss(name + "reference");
  const at::Tensor estimates = golden_loss(name + "estimate");

  const MixitLoss found = mixit(references, estimates);

  EXPECT_LE(largest_difference(losses_of_all(references, estimates, 30), golden_loss(name + "loss_all_assignments")),
            1e-5);
  EXPECT_LE(largest_difference(at::matmul(found.mix_matrix, estimates), golden_loss(name + "remixed")), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(, MixitAssignments, testing::Values("S3", "S4", "S8"),
                         [](const testing::TestParamInfo<std::string>& test) { return test.param; });

// ── a single mixture among mixtures of mixtures ──

/// One bird and nothing else: the second reference is silence.
at::Tensor single_mixture() {
  return at::cat({noise({1, 1, 50}, 5), at::zeros({1, 1, 50}, at::kDouble)}, 1);
}

TEST(MixitOfASingleMixture, SilenceIsMeasuredAgainstTheMixture) {
  const at::Tensor references = single_mixture();
  const at::Tensor estimates = at::cat({references.select(1, 0) * 0.9, references.select(1, 0) * 0.1}, 0).unsqueeze(0);

  const MixitLoss found = mixit(references, estimates, {.max_snr_silent_db = 20});

  EXPECT_EQ(assignment_of(found, 0), (Assignment{0, 0}));
  const double loudness = (references * references).sum().item<double>();
  const double of_silence = 10 * std::log10(0.01 * loudness + 1e-8);
  const double of_the_rest = 10 * std::log10(0.001 * loudness + 1e-8);
  EXPECT_NEAR(found.loss.item<double>(), (of_silence + of_the_rest) / 2, 1e-9);
}

TEST(MixitOfASingleMixture, WithoutALimitSilenceOutweighsEverything) {
  const at::Tensor references = single_mixture();
  const at::Tensor estimates = at::cat({references.select(1, 0) * 0.9, references.select(1, 0) * 0.1}, 0).unsqueeze(0);

  const double with = mixit(references, estimates, {.max_snr_silent_db = 20}).loss.item<double>();
  const double without = mixit(references, estimates).loss.item<double>();

  EXPECT_NEAR(without - with, (-80 - 10 * std::log10(0.01 * (references * references).sum().item<double>() + 1e-8)) / 2,
              1e-6);
}

TEST(MixitOfASingleMixture, TheSearchFindsWhatTheWaveformsSay) {
  const at::Tensor references = single_mixture();
  const at::Tensor estimates = noise({1, 4, 50}, 6);
  const at::Tensor sum = references.sum(1, true);
  double least = std::numeric_limits<double>::infinity();
  for (const Assignment& assignment : all_assignments(2, 4)) {
    const at::Tensor sums = remix(estimates, assignment, 2);
    const at::Tensor loud = log_mse(references.select(1, 0), sums.select(1, 0), 30);
    const at::Tensor silent = log_mse(references.select(1, 1), sums.select(1, 1), 20, sum.select(1, 0));
    least = std::min(least, ((loud + silent) / 2).item<double>());
  }

  EXPECT_NEAR(mixit(references, estimates, {.max_snr_silent_db = 20}).loss.item<double>(), least, 1e-9);
}

TEST(MixitOfASingleMixture, MixturesOfMixturesAreAsBefore) {
  const at::Tensor references = noise({3, 2, 50}, 7);
  const at::Tensor estimates = noise({3, 4, 50}, 8);

  EXPECT_TRUE(
      at::equal(mixit(references, estimates, {.max_snr_silent_db = 20}).loss, mixit(references, estimates).loss));
}

TEST(Sparsity, CountsStemsThatAreEquallyLoud) {
  const at::Tensor sounds = noise({4, 500}, 3);
  const at::Tensor unit = sounds / (sounds * sounds).mean(-1, true).sqrt();
  at::Tensor stems = at::stack({unit.unsqueeze(0), unit.unsqueeze(0)}).squeeze(1);
  stems.narrow(0, 0, 1).narrow(1, 1, 3).zero_();

  const at::Tensor counted = sparsity(stems);

  EXPECT_NEAR(counted[0].item<double>(), 1.0, 1e-3);
  EXPECT_NEAR(counted[1].item<double>(), 2.0, 1e-5) << "of four equal ones the root";
}

}  // namespace
}  // namespace veery::test
