#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/separation/autocast.hpp>
#include <veery/training/losses.hpp>
#include <veery/training/metrics.hpp>
#include <veery/training/trainer.hpp>

#include "training/gradient_buckets.hpp"

namespace veery {
namespace {

Weights moved(const Weights& weights, const at::Device& device) {
  Weights there;
  for (const auto& [name, weight] : weights)
    there[name] = weight.detach().to(device, weight.scalar_type(), false, true);
  return there;
}

TrainingState moved(TrainingState state, const at::Device& device) {
  for (Weights* weights : {&state.weights, &state.average, &state.adam.first_moments, &state.adam.second_moments})
    *weights = moved(*weights, device);
  return state;
}

/// As many sources as the network has stems: more are silent.
at::Tensor with_silence(const at::Tensor& sources, std::int64_t stems) {
  const std::int64_t missing = stems - sources.size(1);
  if (missing < 0)
    throw Error{"examples have more sources than the network has stems",
                std::to_string(sources.size(1)) + " sources, " + std::to_string(stems) + " stems",
                "train a network with more stems"};
  if (missing == 0) return sources;
  return at::cat({sources, at::zeros({sources.size(0), missing, sources.size(2)}, sources.options())}, 1);
}

/// [view]: each by itself, so that parts of a batch add up to it.
at::Tensor supervised_losses(const at::Tensor& references, const at::Tensor& estimates, const at::Tensor& mixtures,
                             const SupervisedOptions& options) {
  std::vector<at::Tensor> losses;
  for (std::int64_t view = 0; view < mixtures.size(0); ++view) {
    const SupervisedLoss loss = supervised_loss(references.narrow(0, view, 1), estimates.narrow(0, view, 1),
                                                mixtures.narrow(0, view, 1), options);
    losses.push_back(loss.active + loss.silent);
  }
  return at::stack(losses);
}

MixtureBatch part_of(const MixtureBatch& batch, std::int64_t first, std::int64_t count) {
  return {batch.audio.narrow(0, first, count), batch.sources.narrow(0, first, count),
          batch.rows.narrow(0, first, count), batch.sources_are_known};
}

void append(std::vector<double>& values, const at::Tensor& more) {
  const at::Tensor on_cpu = more.to(at::kCPU, at::kDouble).contiguous();
  const auto* const first = on_cpu.const_data_ptr<double>();
  values.insert(values.end(), first, first + on_cpu.numel());
}

void add(Weights& sum, const Weights& more) {
  for (const auto& [name, value] : more) {
    at::Tensor& total = sum[name];
    total = total.defined() ? total + value : value;
  }
}

/// Calls `each(first, count)` for the parts of a batch, of at most `at_once` views; 0: for the whole.
template <typename Each>
void for_each_part(std::int64_t views, std::int64_t at_once, Each&& each) {
  const std::int64_t step = at_once > 0 ? std::min(at_once, views) : views;
  for (std::int64_t first = 0; first < views; first += step) each(first, std::min(step, views - first));
}

}  // namespace

void set_threads(int threads) {
  at::set_num_threads(threads);
}

struct Trainer::Outcome {
  at::Tensor references;  ///< [view, reference, sample]
  at::Tensor mixtures;    ///< [view, sample]
  at::Tensor estimates;   ///< [view, stem, sample]
  at::Tensor losses;      ///< [view]
};

Trainer::Trainer(TrainingState state, TrainerOptions options, const ComputeDevice& device, std::int64_t ranks,
                 std::unique_ptr<SumOverRanks> sum)
    : options_(std::move(options)),
      device_(device),
      ranks_(ranks),
      sum_(std::move(sum)),
      state_(moved(std::move(state), device.device)),
      weights_(trainable(state_.weights)) {
  separation::prepare_precision(options_.precision, device_);
  if (sum_) buckets_ = std::make_unique<training::GradientBuckets>(weights_, sum_->device());
}

Trainer::~Trainer() = default;

Trainer::Outcome Trainer::outcome_of(const MixtureBatch& batch, const Weights& weights) const {
  const at::Tensor references = batch.sources.to(device_.device);
  const at::Tensor mixtures = batch.audio.to(device_.device);
  const at::Tensor estimates = [&] {
    const separation::Autocast arithmetic{options_.precision, device_.device};
    return forward(state_.config, weights, mixtures, {}, options_.activations).to(at::kFloat);
  }();
  at::Tensor losses;
  if (batch.sources_are_known) {
    const at::Tensor padded = with_silence(references, estimates.size(1));
    losses = supervised_losses(padded, estimates, mixtures, options_.supervised);
  } else {
    losses = mixit(references, estimates, options_.mixit).loss;
    if (options_.sparsity_weight > 0) losses = losses + options_.sparsity_weight * sparsity(estimates);
  }
  return {references, mixtures, estimates, losses};
}

Weights Trainer::gradients(const MixtureBatch& batch, double& loss) {
  try {
    return gradients_in_parts(batch, loss);
  } catch (const c10::OutOfMemoryError&) {
    const bool others_wait = buckets_ && buckets_->has_begun();
    if (options_.activations == Activations::recompute || others_wait) throw;
    options_.activations = Activations::recompute;
  }
  return gradients_in_parts(batch, loss);
}

Weights Trainer::gradients_in_parts(const MixtureBatch& batch, double& loss) {
  const std::int64_t views = batch.audio.size(0);
  const double share = 1.0 / static_cast<double>(views * ranks_);
  Weights sum;
  loss = 0;
  if (sum_) buckets_->clear();
  for_each_part(views, options_.views_at_once, [&](std::int64_t first, std::int64_t count) {
    const at::Tensor part = outcome_of(part_of(batch, first, count), weights_).losses.sum() * share;
    loss += part.item<double>();
    if (sum_)
      add_to_buckets(part, first + count == views);
    else
      add(sum, gradients_of(part, weights_));
  });
  return sum_ ? summed_over_ranks(loss) : sum;
}

/// Whether sums may begin in the backward pass. That of a GPU has a thread of its own, which MPI was not asked to
/// allow, and in its first step memory may run out: then nobody must have begun.
bool Trainer::may_sum_early() const {
  return device_.is_cpu() || (!sum_->device().is_cpu() && has_taken_a_step_);
}

/// With the last part sums over ranks begin while earlier layers' gradients are still to come.
void Trainer::add_to_buckets(const at::Tensor& loss, bool is_last) {
  if (is_last && may_sum_early()) {
    gradients_of(loss, weights_, [this](const std::string& name, const at::Tensor& gradient) {
      buckets_->complete(name, gradient, *sum_);
    });
    return;
  }
  for (const auto& [name, gradient] : gradients_of(loss, weights_)) buckets_->add(name, gradient);
}

Weights Trainer::summed_over_ranks(double& loss) {
  buckets_->begin_rest(*sum_);
  const at::Tensor sum_of_losses = at::full({1}, loss, at::TensorOptions{}.dtype(at::kFloat).device(sum_->device()));
  sum_->begin(sum_of_losses);
  sum_->finish();
  loss = sum_of_losses.item<double>();
  return buckets_->gradients();
}

StepReport Trainer::step(const MixtureBatch& batch) {
  StepReport report;
  Weights found = gradients(batch, report.loss);
  has_taken_a_step_ = true;
  const at::NoGradGuard no_gradients;
  report.gradient_norm = clip_by_global_norm(found, options_.most_gradient_norm).item<double>();
  report.rate = learning_rate(options_.rate, state_.step) * state_.progress.rate_scale;
  report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm) && std::isfinite(report.rate);
  if (!report.finite) return report;
  adam_step(weights_, found, state_.adam, report.rate, options_.adam);
  average_weights(state_.average, weights_, averaging_decay(state_.step, options_.average_decay));
  ++state_.step;
  return report;
}

ValidatedBatch Trainer::validate(const MixtureBatch& batch) const {
  const at::NoGradGuard no_gradients;
  ValidatedBatch all;
  std::vector<at::Tensor> estimates;
  for_each_part(batch.audio.size(0), options_.views_at_once, [&](std::int64_t first, std::int64_t count) {
    const Outcome part = outcome_of(part_of(batch, first, count), state_.average);
    append(all.losses, part.losses);
    append(all.improvements, mixture_improvement(part.references, part.estimates, part.mixtures));
    estimates.push_back(part.estimates.to(at::kCPU));
  });
  all.estimates = at::cat(estimates);
  return all;
}

TrainingState Trainer::state() const {
  TrainingState state = state_;
  state.weights = weights_;
  return moved(std::move(state), at::kCPU);
}

}  // namespace veery
