#pragma once
// What a training run sees: views, and in which step which of them.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/run/train_options.hpp>
#include <veery/training/mixture_batches.hpp>

namespace veery {

/// Views by number, a pure function of epoch and numbers. Copies share nothing that changes: any thread may make them.
struct ViewSet {
  std::int64_t views = 0;   ///< an epoch
  std::string description;  ///< "540 rows"
  std::function<MixtureBatch(std::uint32_t epoch, std::span<const std::int64_t> views)> make;

  /// This rank's part of batch `number`: `batch` views over all `ranks`. After an epoch's whole batches the next
  /// begins.
  [[nodiscard]] MixtureBatch batch(std::int64_t number, std::int64_t batch, int rank, int ranks) const;
};

struct TrainingData {
  std::optional<ViewSet> mixtures;  ///< of recordings whose sources nobody knows, for MixIT
  std::optional<ViewSet> known;     ///< examples with known sources, for the supervised loss
  double known_share = 0;           ///< of the steps
  std::optional<ViewSet> validation;

  /// The batch of a step: the share of steps with known sources is met at every step as nearly as whole steps can.
  [[nodiscard]] MixtureBatch batch_of_step(std::int64_t step, std::int64_t batch, int rank, int ranks) const;
};

/// Opens the datasets on every rank, which must see the same. Throws AgreedFailure (usage) for a dataset without rows,
/// of another rate than the network's, or with rows shorter than the window. Collective.
[[nodiscard]] TrainingData open_training_data(Communicator& world, const TrainOptions& options);

/// "540 rows, 36 examples with known sources"
[[nodiscard]] std::string describe(const TrainingData& data);

}  // namespace veery
