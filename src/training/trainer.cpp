#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include <veery/training/mixit_trainer.hpp>

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

MixitTrainer::MixitTrainer(TrainingState state, MixitTrainerOptions options, const ComputeDevice& device,
                           std::int64_t ranks, SumOverRanks sum_over_ranks)
    : options_(std::move(options)),
      device_(device.device),
      ranks_(ranks),
      sum_(std::move(sum_over_ranks)),
      state_(moved(std::move(state), device.device)),
      weights_(trainable(state_.weights)) {}

at::Tensor MixitTrainer::summed_loss(const MixtureBatch& batch, const Weights& weights, std::int64_t first,
                                     std::int64_t count) const {
  const at::Tensor references = batch.sources.narrow(0, first, count).to(device_);
  const at::Tensor mixtures = batch.audio.narrow(0, first, count).to(device_);
  return mixit(references, forward(state_.config, weights, mixtures), options_.loss).loss.sum();
}

Weights MixitTrainer::gradients(const MixtureBatch& batch, double& loss) const {
  const std::int64_t views = batch.audio.size(0);
  const double share = 1.0 / static_cast<double>(views * ranks_);
  Weights sum;
  loss = 0;
  for_each_part(views, options_.views_at_once, [&](std::int64_t first, std::int64_t count) {
    const at::Tensor part = summed_loss(batch, weights_, first, count) * share;
    add(sum, gradients_of(part, weights_));
    loss += part.item<double>();
  });
  return sum;
}

void MixitTrainer::sum_over_ranks(Weights& gradients, double& loss) const {
  if (!sum_) return;
  std::vector<at::Tensor> flat;
  for (const auto& [name, gradient] : gradients) flat.push_back(gradient.reshape({-1}));
  flat.push_back(at::full({1}, loss, flat.front().options()));
  at::Tensor all = at::cat(flat).to(at::kCPU).contiguous();
  sum_({all.mutable_data_ptr<float>(), static_cast<std::size_t>(all.numel())});
  loss = all[-1].item<double>();
  all = all.to(device_);
  std::int64_t at = 0;
  for (auto& [name, gradient] : gradients) {
    const std::int64_t count = gradient.numel();
    gradient = all.narrow(0, at, count).view(gradient.sizes());
    at += count;
  }
}

StepReport MixitTrainer::step(const MixtureBatch& batch) {
  StepReport report;
  Weights found = gradients(batch, report.loss);
  const at::NoGradGuard no_gradients;
  sum_over_ranks(found, report.loss);
  report.gradient_norm = clip_by_global_norm(found, options_.most_gradient_norm).item<double>();
  report.rate = learning_rate(options_.rate, state_.step) * state_.rate_scale;
  report.finite = std::isfinite(report.loss) && std::isfinite(report.gradient_norm);
  if (!report.finite) return report;
  adam_step(weights_, found, state_.adam, report.rate, options_.adam);
  average_weights(state_.average, weights_, averaging_decay(state_.step, options_.average_decay));
  ++state_.step;
  return report;
}

double MixitTrainer::loss_of(const MixtureBatch& batch) const {
  const at::NoGradGuard no_gradients;
  const std::int64_t views = batch.audio.size(0);
  double sum = 0;
  for_each_part(views, options_.views_at_once, [&](std::int64_t first, std::int64_t count) {
    sum += summed_loss(batch, state_.average, first, count).item<double>();
  });
  return sum / static_cast<double>(views);
}

TrainingState MixitTrainer::state() const {
  TrainingState state = state_;
  state.weights = weights_;
  return moved(std::move(state), at::kCPU);
}

}  // namespace veery
