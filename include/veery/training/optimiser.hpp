#pragma once
// From a loss to better weights, as TensorFlow 1 did it for the published separation models. Weights are tensors
// that require gradients; gradients and moments have their names.
#include <cstdint>
#include <functional>
#include <string>

#include <veery/separation/tdcn.hpp>
#include <veery/training/optimiser_options.hpp>

namespace veery {

/// Copies that require gradients, for forward and adam_step.
[[nodiscard]] Weights trainable(const Weights& weights);

/// Told of each gradient as soon as it is there, by the thread of the backward pass: on CPUs the caller's.
using GradientListener = std::function<void(const std::string& name, const at::Tensor& gradient)>;

/// Of a scalar; zeros for weights that it does not depend on, of which nobody is told. Releases what forward kept for
/// it.
Weights gradients_of(const at::Tensor& loss, const Weights& weights, const GradientListener& tell = {});

/// Scales all gradients alike, so that their norm, taken together, is at most `max_norm`. Returns the norm before.
at::Tensor clip_by_global_norm(Weights& gradients, double max_norm);

/// `step` counts the steps already made.
[[nodiscard]] double learning_rate(const LearningRateDecay& decay, std::int64_t step);

struct AdamState {
  std::int64_t steps = 0;
  Weights first_moments;
  Weights second_moments;
};
/// No steps, moments of zero.
[[nodiscard]] AdamState begin_adam(const Weights& weights);

/// Kingma and Ba 2015, end of section 2, as in TensorFlow: `epsilon` is added to the root of the uncorrected second
/// moment, where PyTorch corrects first. Changes the weights' values in place. Throws Error naming
/// the weight that lacks a gradient or moments. Not for two threads at a time.
void adam_step(const Weights& weights, const Weights& gradients, AdamState& state, double rate,
               const AdamOptions& options = {});

/// How much of the average stays at a step: `most`, and less at the beginning, (1 + step) / (10 + step), so that the
/// average forgets the initial weights (as TensorFlow's ExponentialMovingAverage with num_updates).
[[nodiscard]] double averaging_decay(std::int64_t step, double most);

/// average = decay · average + (1 - decay) · weights, in place: an exponential moving average. Throws Error naming the
/// weight that has no average.
void average_weights(Weights& average, const Weights& weights, double decay);

}  // namespace veery
