#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include <veery/base/error.hpp>
#include <veery/training/optimiser.hpp>

namespace veery {
namespace {

const at::Tensor& named(const Weights& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    throw Error{"a weight has no gradient, moments or average", name, "take them all from the same weights"};
  }
  return found->second;
}

}  // namespace

double learning_rate(const LearningRateDecay& decay, std::int64_t step) {
  return decay.initial * std::pow(decay.factor, static_cast<double>(step) / decay.factor_steps);
}

AdamState begin_adam(const Weights& weights) {
  AdamState state;
  for (const auto& [name, weight] : weights) {
    state.first_moments[name] = at::zeros_like(weight, at::TensorOptions{}.requires_grad(false));
    state.second_moments[name] = at::zeros_like(weight, at::TensorOptions{}.requires_grad(false));
  }
  return state;
}

void adam_step(const Weights& weights, const Weights& gradients, AdamState& state, double rate,
               const AdamOptions& options) {
  const at::NoGradGuard no_gradients;
  ++state.steps;
  const auto steps = static_cast<double>(state.steps);
  const double corrected = rate * std::sqrt(1 - std::pow(options.beta2, steps)) / (1 - std::pow(options.beta1, steps));
  for (const auto& [name, weight] : weights) {
    const at::Tensor& gradient = named(gradients, name);
    const at::Tensor& first = named(state.first_moments, name);
    const at::Tensor& second = named(state.second_moments, name);
    first.mul_(options.beta1).add_(gradient, 1 - options.beta1);
    second.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
    weight.addcdiv_(first, second.sqrt().add_(options.epsilon), -corrected);
  }
}

double averaging_decay(std::int64_t step, double most) {
  const auto steps = static_cast<double>(step);
  return std::min(most, (1 + steps) / (10 + steps));
}

void average_weights(Weights& average, const Weights& weights, double decay) {
  const at::NoGradGuard no_gradients;
  for (const auto& [name, weight] : weights) named(average, name).mul_(decay).add_(weight, 1 - decay);
}

}  // namespace veery
