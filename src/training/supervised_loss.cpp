#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/waveforms.hpp"

namespace veery {
namespace {

void check_options(const at::Tensor& references, const at::Tensor& mixtures, const SupervisedOptions& options) {
  if (mixtures.dim() != 2 || mixtures.size(0) != references.size(0) || mixtures.size(1) != references.size(2)) {
    throw Error{"the mixtures do not fit the references", std::to_string(mixtures.dim()) + " axes",
                "mixtures are [batch, sample], references [batch, source, sample]"};
  }
  const auto sources = static_cast<std::size_t>(references.size(1));
  if (!options.source_weights.empty() && options.source_weights.size() != sources) {
    throw Error{"the weights do not fit the sources",
                std::to_string(options.source_weights.size()) + " weights, " + std::to_string(sources) + " sources",
                "give one a source, or none"};
  }
}

/// [batch, source]: whether a reference is to be heard.
at::Tensor find_active(const at::Tensor& references, const SupervisedOptions& options) {
  at::Tensor active = training::is_silent(references).logical_not();
  for (std::size_t source = 0; source < options.signal_types.size(); ++source) {
    const auto& silent = options.silent_types;
    if (std::find(silent.begin(), silent.end(), options.signal_types[source]) == silent.end()) continue;
    active.select(1, static_cast<std::int64_t>(source)).fill_(false);
  }
  return active;
}

}  // namespace

SupervisedLoss supervised_loss(const at::Tensor& references, const at::Tensor& estimates, const at::Tensor& mixtures,
                               const SupervisedOptions& options) {
  const PairLoss unlimited = [](const at::Tensor& reference, const at::Tensor& estimate) {
    return log_mse(reference, estimate, kUnlimitedSnr);
  };
  const at::Tensor aligned =
      permutation_invariant(references, estimates, unlimited, {.signal_types = options.signal_types}).estimates;
  check_options(references, mixtures, options);

  const at::Tensor active = find_active(references, options);
  at::Tensor silent = active.logical_not();
  if (options.ignore_silence_without_signal) silent = silent.logical_and(active.any());
  at::Tensor weights = at::full({1}, 1.0 / static_cast<double>(active.numel()), estimates.options());
  if (!options.source_weights.empty()) weights = weights * at::tensor(options.source_weights).to(weights.options());

  const at::Tensor of_active = log_mse(references, aligned, options.max_snr_db);
  const at::Tensor of_silent = log_mse(references, aligned, options.max_snr_silent_db, mixtures.unsqueeze(1));
  return {(weights * active * of_active).sum(), options.silent_weight * (weights * silent * of_silent).sum(), aligned};
}

}  // namespace veery
