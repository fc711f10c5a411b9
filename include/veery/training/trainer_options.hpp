#pragma once
// How a step of training is taken.
#include <cstdint>

#include <veery/separation/precision.hpp>
#include <veery/separation/tdcn_config.hpp>
#include <veery/training/loss_options.hpp>
#include <veery/training/optimiser_options.hpp>

namespace veery {

/// Defaults: those of the published models, with the clipping of FUSS, which MixIT's own training lacks.
struct TrainerOptions {
  MixitOptions mixit{.max_snr_db = 30, .max_snr_silent_db = 20};
  SupervisedOptions supervised{};
  double sparsity_weight = 0;  ///< dB for each stem that sounds, on top of MixIT's loss; see `sparsity`
  LearningRateDecay rate{};
  AdamOptions adam{};
  double most_gradient_norm = 5;
  double average_decay = 0.999;
  /// Views that go through the network at once; a batch's gradient is summed up over such parts, which bounds memory.
  /// 0: the whole batch.
  std::int64_t views_at_once = 0;
  /// Taken up by itself when a GPU's memory does not suffice.
  Activations activations = Activations::keep;
  Precision precision = Precision::float32;
};

}  // namespace veery
