#pragma once
// One step of training after another: forward, loss, backward, clipping, Adam, moving average. Where the batches come
// from, when to stop and what to keep is for others.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include <veery/separation/device.hpp>
#include <veery/training/checkpoint.hpp>
#include <veery/training/mixture_batches.hpp>
#include <veery/training/sum_over_ranks.hpp>
#include <veery/training/trainer_options.hpp>

namespace veery {

namespace training {
class GradientBuckets;
}

/// Of LibTorch, for the whole process.
void set_threads(int threads);

/// Over all ranks' batches.
struct StepReport {
  double loss = 0;           ///< mean over the views, dB
  double gradient_norm = 0;  ///< before clipping
  double rate = 0;
  bool finite = true;  ///< else nothing was changed: the batch, the network or the rate is beyond numbers
};

/// What the moving average makes of a batch, on the CPU.
struct ValidatedBatch {
  std::vector<double> losses;  ///< [view], dB
  std::vector<double>
      improvements;      ///< [view], dB: SI-SNR of the sums that fit the references best, over the mixture's
  at::Tensor estimates;  ///< [view, stem, sample]
};

class Trainer {
 public:
  /// `ranks`: how many batches of one size make a step; each rank has a trainer of the same state and, if there are
  /// others, a sum over all.
  Trainer(TrainingState state, TrainerOptions options, const ComputeDevice& device, std::int64_t ranks = 1,
          std::unique_ptr<SumOverRanks> sum = nullptr);
  ~Trainer();

  /// Changes weights, moments and average alike on all ranks, unless the report says that it is not finite. Collective
  /// with more than one rank. Throws Error for shapes that do not fit.
  StepReport step(const MixtureBatch& batch);

  /// This rank's batch with the moving average, which is what becomes the model.
  [[nodiscard]] ValidatedBatch validate(const MixtureBatch& batch) const;

  [[nodiscard]] std::int64_t steps() const { return state_.step; }
  [[nodiscard]] Activations activations() const { return options_.activations; }
  /// What a checkpoint remembers beside the numbers of the network; to be changed between steps.
  [[nodiscard]] TrainingProgress& progress() { return state_.progress; }
  [[nodiscard]] const TrainingProgress& progress() const { return state_.progress; }
  /// A copy on the CPU, for a checkpoint.
  [[nodiscard]] TrainingState state() const;

 private:
  struct Outcome;
  [[nodiscard]] Outcome outcome_of(const MixtureBatch& batch, const Weights& weights) const;
  /// Of the mean over all ranks' views, and that mean.
  [[nodiscard]] Weights gradients(const MixtureBatch& batch, double& loss);
  [[nodiscard]] Weights gradients_in_parts(const MixtureBatch& batch, double& loss);
  [[nodiscard]] bool may_sum_early() const;
  void add_to_buckets(const at::Tensor& loss, bool is_last);
  [[nodiscard]] Weights summed_over_ranks(double& loss);

  TrainerOptions options_;
  ComputeDevice device_;
  std::int64_t ranks_;
  std::unique_ptr<SumOverRanks> sum_;
  std::unique_ptr<training::GradientBuckets> buckets_;  ///< where there is a sum
  bool has_taken_a_step_ = false;
  TrainingState state_;  ///< on the device
  Weights weights_;      ///< those of the state, with gradients
};

}  // namespace veery
