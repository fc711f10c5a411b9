#pragma once
// What training leaves in its output folder: checkpoints, the models, and the table of losses. For rank 0.
#include <filesystem>
#include <optional>
#include <string>

#include <veery/run/train_options.hpp>
#include <veery/training/checkpoint.hpp>

#include "run/metrics_table.hpp"
#include "run/training_data.hpp"

namespace veery {

/// The options that change results and what they were given, as one JSON object whose keys are the options' names.
[[nodiscard]] std::string result_options_json(const TrainOptions& options, const TrainingData& data_there_is);

/// Whether an earlier run has begun the output folder, and with these options. Throws UsageError naming each option
/// that differs.
bool check_earlier_options(const TrainOptions& options, const TrainingData& data);

/// The folder of a training's checkpoints.
[[nodiscard]] std::filesystem::path checkpoints_in(const std::filesystem::path& output);

class TrainingFolder {
 public:
  /// Makes the folder ready; with `restart` removes an earlier run's files, by their names. Throws as
  /// `check_earlier_options`.
  TrainingFolder(const TrainOptions& options, const TrainingData& data);

  /// Publishes a checkpoint of the step, unless there is one. Of earlier ones those from the last regular one but one
  /// on stay: a damaged one has another before it.
  void keep(const TrainingState& state);
  /// The checkpoint to go back to from a step, a regular one, so that it does not depend on interruptions. Removes all
  /// later ones. Throws Error when there is none.
  [[nodiscard]] std::filesystem::path go_back(std::int64_t step);
  /// best.h5: the moving average of the step that validated best.
  void publish_best(const TrainingState& state) const;
  /// model.h5: what training ends with, the best model, or the last average when nothing was validated.
  void publish_model(const TrainingState& state) const;

  [[nodiscard]] std::filesystem::path checkpoints() const { return checkpoints_in(output_); }
  [[nodiscard]] std::filesystem::path events() const { return output_ / "events"; }
  [[nodiscard]] std::filesystem::path metrics() const { return output_ / "metrics.csv"; }

 private:
  std::filesystem::path output_;
  std::int64_t every_;  ///< steps from a regular checkpoint to the next
};

}  // namespace veery
