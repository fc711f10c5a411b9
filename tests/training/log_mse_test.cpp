#include <cmath>

#include <veery/training/losses.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

TEST(LogMse, IsTenLogTenOfTheSummedSquares) {
  const at::Tensor reference = at::tensor({3.0, 4.0}, at::kDouble);
  const at::Tensor estimate = at::tensor({3.0, 1.0}, at::kDouble);

  EXPECT_NEAR(log_mse(reference, estimate, kUnlimitedSnr).item<double>(), 10 * std::log10(9 + 1e-8), 1e-12);
  EXPECT_NEAR(log_mse(reference, estimate, 20).item<double>(), 10 * std::log10(9 + 0.25 + 1e-8), 1e-12);
}

TEST(LogMse, APerfectEstimateReachesTheLimitAndNoMore) {
  const at::Tensor reference = noise({3, 100}, 1);
  const at::Tensor energy = (reference * reference).sum(-1);

  EXPECT_LE(largest_difference(log_mse(reference, reference, kUnlimitedSnr), at::full({3}, -80.0)), 1e-12);
  EXPECT_LE(largest_difference(log_mse(reference, reference, 30), 10 * at::log10(energy) - 30), 1e-6);
}

TEST(LogMse, ABiasTakesThePlaceOfTheReferenceInTheLimit) {
  const at::Tensor silence = at::zeros({2}, at::kDouble);
  const at::Tensor mixture = at::tensor({6.0, 8.0}, at::kDouble);

  EXPECT_NEAR(log_mse(silence, silence, 20, mixture).item<double>(), 0.0, 1e-6);
  EXPECT_NEAR(log_mse(silence, silence, 20).item<double>(), -80.0, 1e-12);
}

TEST(LogMse, BroadcastsReferencesOverEstimates) {
  const at::Tensor references = noise({2, 3, 16}, 1);
  const at::Tensor estimates = noise({2, 3, 16}, 2);

  const at::Tensor pairs = log_mse(references.unsqueeze(2), estimates.unsqueeze(1), 30);

  EXPECT_EQ(pairs.sizes().vec(), (std::vector<std::int64_t>{2, 3, 3}));
  EXPECT_LE(largest_difference(pairs.diagonal(0, 1, 2), log_mse(references, estimates, 30)), 1e-12);
}

TEST(LogMse, GradientIsThatOfCentralDifferences) {
  const at::Tensor reference = noise({2, 2, 5}, 1);
  const at::Tensor bias = noise({2, 2, 5}, 2);
  const auto loss = [&](const at::Tensor& estimate) { return log_mse(reference, estimate, 10, bias).sum(); };

  EXPECT_LE(gradient_error(loss, noise({2, 2, 5}, 3)), 1e-6);
}

TEST(LogMse, IsThatOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const at::Tensor reference = golden_loss("logmse_source");
  const at::Tensor estimate = golden_loss("logmse_estimate");
  const auto expect = [&](const std::string& name, const at::Tensor& ours) {
    EXPECT_LE(largest_difference(ours, golden_loss(name)), 1e-5) << name;
  };

  expect("logmse_maxsnr30", log_mse(reference, estimate, 30));
  expect("logmse_maxsnr20", log_mse(reference, estimate, 20));
  expect("logmse_maxsnr1e6", log_mse(reference, estimate, 1e6));
  expect("logmse_train_model_default", log_mse(reference, estimate, kUnlimitedSnr));
  expect("logmse_maxsnr20_biasref", log_mse(reference, estimate, 20, golden_loss("logmse_bias_ref")));
}

}  // namespace
}  // namespace veery::test
