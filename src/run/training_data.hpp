#pragma once
// The rows that a training run sees, and the batches that are made of them.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/train_options.hpp>
#include <veery/training/mixture_batches.hpp>
#include <veery/training/row_source.hpp>

namespace veery {

/// Rows and how they become views. Copies share nothing that changes: any thread may make batches.
struct TrainingSet {
  RowSource rows;
  std::shared_ptr<const MixturePlan> plan;

  /// This rank's part of a step's batch: `batch` views over all `ranks`. After an epoch's whole batches the next
  /// begins.
  [[nodiscard]] MixtureBatch batch_of_step(std::int64_t step, std::int64_t batch, int rank, int ranks) const;
};

struct TrainingData {
  TrainingSet training;
  std::optional<TrainingSet> validation;  ///< of two recordings each
};

/// What rows must be like.
struct RowNeeds {
  int sample_rate_hz = 0;
  std::int64_t window_samples = 0;
  std::filesystem::path exclude;  ///< a folder that is not searched for recordings
};

/// Rows of datasets, one after the other: of the split where a dataset has shards, all recordings elsewhere. nullopt
/// when there are none and none need be; `must_be`: UsageError then. Collective.
[[nodiscard]] std::optional<RowSource> open_rows(Communicator& world,
                                                 const std::vector<std::filesystem::path>& datasets,
                                                 const std::string& split, bool must_be, const RowNeeds& needs);

/// Opens the datasets on every rank, which must see the same. Throws AgreedFailure (usage) for a dataset without rows,
/// of another rate than the network's, or with rows shorter than the window. Collective.
[[nodiscard]] TrainingData open_training_data(Communicator& world, const TrainOptions& options);

}  // namespace veery
