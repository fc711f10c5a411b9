// The fused passes of a block against the composed ones, which run where somebody watches.
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "separation/goldens.hpp"
#include "separation/seeded_model.hpp"

namespace veery::test {
namespace {

const Observer kWatched = [](const std::string&, const at::Tensor&) {};

TdcnConfig small_network(bool skips, bool residual_scale) {
  TdcnConfig config;
  config.coefficients = 24;
  config.sources = 3;
  config.bottleneck = 12;
  config.conv_channels = 20;
  config.dilations = 4;
  config.repeats = 2;
  config.skips = skips;
  config.residual_scale = residual_scale;
  return config;
}

/// Two mixtures of different loudness.
at::Tensor mixtures(std::int64_t samples) {
  at::Tensor both = noise_mixtures(2, samples);
  both.select(0, 1).mul_(0.1);
  return both;
}

Weights trainable_weights(const TdcnConfig& config) {
  Weights weights = seeded_model(config).weights;
  for (auto& [name, weight] : weights) weight = weight.clone().requires_grad_(true);
  return weights;
}

// Shorter and longer than the dilations, one tile and several.
class FusedBlock : public testing::TestWithParam<std::int64_t> {};

TEST_P(FusedBlock, GivesWhatTheComposedOneGives) {
  const c10::InferenceMode no_gradients;
  for (const bool skips : {false, true}) {
    const TdcnConfig config = small_network(skips, !skips);
    const Weights weights = seeded_model(config).weights;
    const at::Tensor mixture = mixtures(GetParam());

    EXPECT_LE(largest_difference(forward(config, weights, mixture), forward(config, weights, mixture, kWatched)), 2e-6);
  }
}

TEST_P(FusedBlock, HasTheGradientsOfTheComposedOne) {
  const TdcnConfig config = small_network(/*skips=*/true, /*residual_scale=*/true);
  const Weights fused = trainable_weights(config);
  const Weights composed = trainable_weights(config);
  const at::Tensor mixture = mixtures(GetParam());
  const at::Tensor slant = at::arange(3 * GetParam(), at::kFloat).cos().reshape({3, GetParam()});

  (forward(config, fused, mixture) * slant).sum().backward();
  (forward(config, composed, mixture, kWatched) * slant).sum().backward();

  // Sums over all samples nearly cancel in some; what is left of their rounding grows as the root of the number.
  const double rounding = 1e-6 + 1e-8 * std::sqrt(static_cast<double>(GetParam()));
  for (const auto& [name, weight] : fused) {
    const at::Tensor& expected = composed.at(name).grad();
    ASSERT_TRUE(weight.grad().defined()) << name;
    EXPECT_LE(largest_difference(weight.grad(), expected), 1e-4 * largest_value(expected) + rounding) << name;
  }
}

TEST_P(FusedBlock, ItsGradientsAreAsExactAsTheComposedOnes) {
  const TdcnConfig config = small_network(/*skips=*/true, /*residual_scale=*/true);
  const auto gradients = [&](at::ScalarType type, const Observer& observe) {
    Weights weights = seeded_model(config).weights;
    for (auto& [name, weight] : weights) weight = weight.to(type).clone().requires_grad_(true);
    const at::Tensor slant = at::arange(3 * GetParam(), type).cos().reshape({3, GetParam()});
    (forward(config, weights, mixtures(GetParam()).to(type), observe) * slant).sum().backward();
    return weights;
  };
  const Weights exact = gradients(at::kDouble, {});
  const Weights fused = gradients(at::kFloat, {});
  const Weights composed = gradients(at::kFloat, kWatched);
  const auto distance = [&](const Weights& weights) {
    double sum = 0.0;
    double all = 0.0;
    for (const auto& [name, weight] : weights) {
      const at::Tensor& right = exact.at(name).grad();
      sum += (weight.grad().to(at::kDouble) - right).square().sum().item<double>();
      all += right.square().sum().item<double>();
    }
    return std::sqrt(sum / all);
  };

  EXPECT_LE(distance(fused), std::max(2.0 * distance(composed), 5e-6));
}

TEST_P(FusedBlock, MadeAgainHasTheSameGradients) {
  const TdcnConfig config = small_network(/*skips=*/true, /*residual_scale=*/true);
  for (const Observer& observe : {Observer{}, kWatched}) {
    const Weights kept = trainable_weights(config);
    const Weights again = trainable_weights(config);
    const at::Tensor mixture = mixtures(GetParam());

    forward(config, kept, mixture, observe).square().sum().backward();
    forward(config, again, mixture, observe, Activations::recompute).square().sum().backward();

    for (const auto& [name, weight] : kept)
      EXPECT_LE(largest_difference(again.at(name).grad(), weight.grad()), 1e-5 * largest_value(weight.grad()) + 1e-8)
          << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, FusedBlock, testing::Values(40, 300, 5100, 5140, 12000));

TEST(FusedBlock, AnExampleIsTheSameInAnyBatchAndOnAnyThreads) {
  const c10::InferenceMode no_gradients;
  const TdcnConfig config = small_network(false, true);
  const Weights weights = seeded_model(config).weights;
  const at::Tensor mixture = mixtures(12000);
  const int threads_before = at::get_num_threads();

  at::set_num_threads(1);
  const at::Tensor alone = forward(config, weights, mixture.narrow(0, 1, 1));
  at::set_num_threads(2);
  const at::Tensor batch = forward(config, weights, mixture);
  at::set_num_threads(threads_before);

  EXPECT_LE(largest_difference(alone.select(0, 0), batch.select(0, 1)), 1e-6);
}

}  // namespace
}  // namespace veery::test
