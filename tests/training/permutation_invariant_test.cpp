#include <algorithm>
#include <numeric>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>
#include <veery/training/metrics.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

using Permutation = std::vector<std::int64_t>;

at::Tensor unlimited(const at::Tensor& reference, const at::Tensor& estimate) {
  return log_mse(reference, estimate, kUnlimitedSnr);
}

/// As the goldens were made.
at::Tensor limited(const at::Tensor& reference, const at::Tensor& estimate) {
  return log_mse(reference, estimate, 30);
}

Permutation permutation_of(const PermutationLoss& loss, std::int64_t example) {
  const at::Tensor row = loss.permutation[example].contiguous();
  return {row.const_data_ptr<std::int64_t>(), row.const_data_ptr<std::int64_t>() + row.numel()};
}

bool keeps_types(const Permutation& permutation, const std::vector<std::string>& types) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] != types[static_cast<std::size_t>(permutation[i])]) return false;
  }
  return true;
}

/// Of one example [source, sample], by trying all of them in lexicographic order.
Permutation first_best(const at::Tensor& references, const at::Tensor& estimates,
                       const std::vector<std::string>& types) {
  Permutation permutation(static_cast<std::size_t>(references.size(0)));
  std::iota(permutation.begin(), permutation.end(), 0);
  Permutation best;
  double lowest = 0;
  do {
    if (!keeps_types(permutation, types)) continue;
    const double sum = unlimited(references, estimates.index_select(0, at::tensor(permutation))).sum().item<double>();
    if (!best.empty() && sum >= lowest) continue;
    lowest = sum;
    best = permutation;
  } while (std::next_permutation(permutation.begin(), permutation.end()));
  return best;
}

class Permutations : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(Permutations, AreThoseThatTryingThemAllFinds) {
  const auto sources = static_cast<std::int64_t>(GetParam().size());
  const at::Tensor references = noise({5, sources, 8}, 1);
  const at::Tensor estimates = noise({5, sources, 8}, 2);

  const PermutationLoss found = permutation_invariant(references, estimates, unlimited, {.signal_types = GetParam()});

  for (std::int64_t example = 0; example < 5; ++example) {
    const Permutation best = first_best(references[example], estimates[example], GetParam());
    const at::Tensor permuted = estimates[example].index_select(0, at::tensor(best));
    EXPECT_EQ(permutation_of(found, example), best);
    EXPECT_TRUE(at::equal(found.estimates[example], permuted));
    EXPECT_LE(largest_difference(found.loss[example], unlimited(references[example], permuted)), 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(, Permutations,
                         testing::Values(std::vector<std::string>{"a"}, std::vector<std::string>{"a", "a"},
                                         std::vector<std::string>{"a", "b"},
                                         std::vector<std::string>{"a", "a", "a", "a"},
                                         std::vector<std::string>{"a", "b", "a", "b", "a", "c"},
                                         std::vector<std::string>{"a", "a", "a", "a", "a", "a", "a"}));

TEST(PermutationInvariant, OfEqualsTheFirstWins) {
  const at::Tensor references = at::cat({noise({1, 1, 8}, 1).to(at::kFloat), at::zeros({1, 3, 8})}, 1);
  const at::Tensor estimates = noise({1, 4, 8}, 2).to(at::kFloat);
  const at::Tensor aligned = at::cat({estimates.narrow(1, 0, 3), references.narrow(1, 0, 1)}, 1);

  EXPECT_EQ(permutation_of(permutation_invariant(references, aligned, unlimited), 0), (Permutation{3, 0, 1, 2}));
}

TEST(PermutationInvariant, AnEstimateMayServeManyReferencesIfAllowed) {
  const at::Tensor reference = noise({1, 1, 8}, 1);
  const at::Tensor references = at::cat({reference, 1.1 * reference, 0.9 * reference}, 1);
  const at::Tensor estimates = at::cat({noise({1, 1, 8}, 2), reference, -reference}, 1);

  const PermutationLoss found = permutation_invariant(references, estimates, unlimited, {.allow_repeated = true});

  EXPECT_EQ(permutation_of(found, 0), (Permutation{1, 1, 1}));
  EXPECT_NEAR(found.loss[0][0].item<double>(), -80, 1e-9);
}

TEST(PermutationInvariant, TakesAnyLossOfPairs) {
  const at::Tensor references = noise({2, 3, 40}, 1);
  const at::Tensor estimates = -2 * references.flip({1}) + 0.1 * noise({2, 3, 40}, 2);
  const PairLoss negative = [](const at::Tensor& reference, const at::Tensor& estimate) {
    return -si_snr(estimate, reference);
  };

  const PermutationLoss found = permutation_invariant(references, estimates, negative);

  EXPECT_EQ(permutation_of(found, 1), (Permutation{2, 1, 0}));
  EXPECT_LT(found.loss.max().item<double>(), -15);
}

TEST(PermutationInvariant, GradientIsThatOfCentralDifferences) {
  const at::Tensor references = noise({2, 3, 5}, 1);
  const auto loss = [&](const at::Tensor& estimates) {
    return permutation_invariant(references, estimates, unlimited).loss.sum();
  };

  EXPECT_LE(gradient_error(loss, noise({2, 3, 5}, 2)), 1e-6);
}

TEST(PermutationInvariant, ALossThatIsNoNumberStaysVisible) {
  const at::Tensor references = noise({1, 3, 5}, 1);
  const at::Tensor estimates = at::full({1, 3, 5}, std::nan(""), at::kDouble);

  const PermutationLoss found = permutation_invariant(references, estimates, unlimited);

  EXPECT_TRUE(found.loss.isnan().all().item<bool>());
  EXPECT_EQ(permutation_of(found, 0), (Permutation{0, 1, 2}));
}

TEST(PermutationInvariant, WhatDoesNotFitIsRefused) {
  const at::Tensor references = noise({1, 3, 5}, 1);
  const at::Tensor many = noise({1, 21, 5}, 1);

  EXPECT_THROW(static_cast<void>(permutation_invariant(references, noise({1, 4, 5}, 2), unlimited)), Error);
  EXPECT_THROW(static_cast<void>(permutation_invariant(many, many, unlimited)), Error);
  EXPECT_THROW(static_cast<void>(permutation_invariant(references, references, unlimited, {.signal_types = {"a"}})),
               Error);
}

class PermutationGolden : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] static at::Tensor golden(const std::string& name) {
    return golden_loss("pit_" + GetParam() + "_" + name);
  }
};

TEST_P(PermutationGolden, LossesAndOrderAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();

  const PermutationLoss found = permutation_invariant(golden("reference"), golden("estimate"), limited);

  EXPECT_LE(largest_difference(found.loss, golden("loss")), 1e-5);
  EXPECT_TRUE(at::equal(found.estimates, golden("permuted_estimate")));
}

TEST_P(PermutationGolden, RepetitionsAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();

  const PermutationLoss found =
      permutation_invariant(golden("reference"), golden("estimate"), limited, {.allow_repeated = true});

  EXPECT_LE(largest_difference(found.loss, golden("loss_allow_repeated")), 1e-5);
  EXPECT_TRUE(at::equal(found.estimates, golden("permuted_estimate_allow_repeated")));
}

TEST_P(PermutationGolden, EveryPairCostsWhatItDoesInTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();

  const at::Tensor losses = limited(golden("reference").unsqueeze(2), golden("estimate").unsqueeze(1));

  EXPECT_LE(largest_difference(losses, golden("loss_matrix_ref_est")), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(, PermutationGolden, testing::Values("S3", "S4"),
                         [](const testing::TestParamInfo<std::string>& test) { return test.param; });

TEST(PermutationInvariant, GroupsAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::vector<std::string> types{"speech", "noise", "speech", "noise", "speech"};

  const PermutationLoss found = permutation_invariant(
      golden_loss("groupwise_reference"), golden_loss("groupwise_estimate"), limited, {.signal_types = types});

  EXPECT_LE(largest_difference(found.loss, golden_loss("groupwise_loss")), 1e-5);
  EXPECT_TRUE(at::equal(found.estimates, golden_loss("groupwise_permuted_estimate")));
}

}  // namespace
}  // namespace veery::test
