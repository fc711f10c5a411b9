#include <cmath>

#include <veery/base/error.hpp>
#include <veery/training/optimiser.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

at::Tensor numbers(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble);
}

TEST(LearningRate, FallsALittleWithEachStep) {
  const LearningRateDecay decay{.initial = 0.01, .factor = 0.5, .factor_steps = 2};

  EXPECT_DOUBLE_EQ(learning_rate(decay, 0), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(decay, 1), 0.01 * std::sqrt(0.5));
  EXPECT_DOUBLE_EQ(learning_rate(decay, 4), 0.0025);
}

TEST(Gradients, AreOfEveryWeightAndZeroWhereNothingDepends) {
  const Weights weights = trainable({{"a", numbers({1, 2})}, {"b", numbers({3, 4})}, {"unused", numbers({5})}});

  const Weights found = gradients_of((weights.at("a") * weights.at("b")).sum(), weights);

  EXPECT_TRUE(at::equal(found.at("a"), numbers({3, 4})));
  EXPECT_TRUE(at::equal(found.at("b"), numbers({1, 2})));
  EXPECT_TRUE(at::equal(found.at("unused"), numbers({0})));
}

TEST(Gradients, TrainableWeightsLeaveTheirModelAlone) {
  const Weights model{{"a", numbers({1, 2})}};
  const Weights weights = trainable(model);
  AdamState state = begin_adam(weights);

  adam_step(weights, {{"a", numbers({1, 1})}}, state, 0.1);

  EXPECT_TRUE(at::equal(model.at("a"), numbers({1, 2})));
  EXPECT_FALSE(model.at("a").requires_grad());
}

TEST(ClipByGlobalNorm, ScalesAllGradientsAlikeAndOnlyWhenTooLong) {
  Weights gradients{{"a", numbers({3, 0})}, {"b", numbers({4})}};

  EXPECT_DOUBLE_EQ(clip_by_global_norm(gradients, 6).item<double>(), 5);
  EXPECT_TRUE(at::equal(gradients.at("a"), numbers({3, 0})));

  EXPECT_DOUBLE_EQ(clip_by_global_norm(gradients, 1).item<double>(), 5);
  EXPECT_LE(largest_difference(gradients.at("a"), numbers({0.6, 0})), 1e-15);
  EXPECT_LE(largest_difference(gradients.at("b"), numbers({0.8})), 1e-15);
}

TEST(Adam, AddsEpsilonToTheUncorrectedMoment) {
  const Weights weights = trainable({{"a", numbers({1})}});
  AdamState state = begin_adam(weights);
  const double gradient = 1e-7;

  adam_step(weights, {{"a", numbers({gradient})}}, state, 0.1);

  // First moment 0.1 g, root of the second sqrt(0.001) g: with epsilon 1e-8 the difference to PyTorch shows.
  const double root = std::sqrt(0.001);
  const double step = 0.1 * root / 0.1 * (0.1 * gradient) / (root * gradient + 1e-8);
  EXPECT_NEAR(weights.at("a").item<double>(), 1 - step, 1e-15);
  EXPECT_EQ(state.steps, 1);
}

TEST(Adam, StepsAddUpMoments) {
  const AdamOptions options{.beta1 = 0.5, .beta2 = 0.75, .epsilon = 0};
  const Weights weights = trainable({{"a", numbers({0})}});
  AdamState state = begin_adam(weights);

  adam_step(weights, {{"a", numbers({2})}}, state, 1, options);
  adam_step(weights, {{"a", numbers({-4})}}, state, 1, options);

  EXPECT_DOUBLE_EQ(state.first_moments.at("a").item<double>(), 0.5 * 1 + 0.5 * -4);
  EXPECT_DOUBLE_EQ(state.second_moments.at("a").item<double>(), 0.75 * 1 + 0.25 * 16);
  const double second_step = std::sqrt(1 - 0.75 * 0.75) / (1 - 0.25) * -1.5 / std::sqrt(4.75);
  EXPECT_NEAR(weights.at("a").item<double>(), -1 - second_step, 1e-12);
}

TEST(Adam, FindsTheLeastOfAQuadratic) {
  const Weights weights = trainable({{"a", numbers({5, -3})}});
  const at::Tensor least = numbers({1, 2});
  AdamState state = begin_adam(weights);

  for (int step = 0; step < 500; ++step) {
    const at::Tensor distance = weights.at("a") - least;
    adam_step(weights, gradients_of((distance * distance).sum(), weights), state, 0.1);
  }

  EXPECT_LE(largest_difference(weights.at("a"), least), 1e-3);
}

TEST(Adam, AGradientThatLacksIsNamed) {
  const Weights weights = trainable({{"block_3.dense1.kernel", numbers({5})}});
  AdamState state = begin_adam(weights);

  try {
    adam_step(weights, {}, state, 0.1);
    FAIL() << "no Error";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find("block_3.dense1.kernel"), std::string::npos);
  }
}

TEST(Average, ForgetsItsBeginningFastAndTheRestSlowly) {
  EXPECT_DOUBLE_EQ(averaging_decay(0, 0.999), 0.1);
  EXPECT_DOUBLE_EQ(averaging_decay(8, 0.999), 0.5);
  EXPECT_DOUBLE_EQ(averaging_decay(1'000'000, 0.999), 0.999);
}

TEST(Average, IsOfWhatTheWeightsWere) {
  Weights average{{"a", numbers({0, 4})}};
  const Weights weights = trainable({{"a", numbers({8, 4})}});

  average_weights(average, weights, 0.75);
  EXPECT_TRUE(at::equal(average.at("a"), numbers({2, 4})));
  average_weights(average, weights, 0.5);
  EXPECT_TRUE(at::equal(average.at("a"), numbers({5, 4})));
  EXPECT_FALSE(average.at("a").requires_grad());
  EXPECT_THROW(average_weights(average, {{"b", numbers({1})}}, 0.5), Error);
}

}  // namespace
}  // namespace veery::test
