#pragma once
// The examples that `veery evaluate` measures, whatever kind of dataset they lie in.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/evaluate_options.hpp>
#include <veery/training/mixtures.hpp>
#include <veery/training/source_folder.hpp>

#include "run/dataset_rows.hpp"

namespace veery {

/// Examples of known sources, or none; and mixtures of two recordings: with known sources of neighbouring examples,
/// else of rows of different recordings that meet as in training. Any thread may read.
class EvaluationData {
 public:
  /// Collective. Throws AgreedFailure for a dataset that can't be used.
  EvaluationData(Communicator& world, const EvaluateOptions& options, int sample_rate_hz);

  [[nodiscard]] std::int64_t source_examples() const;
  [[nodiscard]] std::int64_t mixtures() const;
  /// [source, sample] at the model's rate.
  [[nodiscard]] std::vector<float> sources(std::int64_t example) const;
  [[nodiscard]] std::int64_t sources_an_example() const { return folder_->most_sources; }
  /// [2, sample]: two recordings.
  [[nodiscard]] std::vector<float> mixture(std::int64_t number) const;
  [[nodiscard]] const std::string& split() const { return split_; }
  /// Of examples with known sources that are resampled; 0: none are.
  [[nodiscard]] int resampled_from_hz() const;

 private:
  void open_sources(const EvaluateOptions& options);
  void open_rows_of(Communicator& world, const EvaluateOptions& options);

  int sample_rate_hz_;
  std::int64_t wanted_;  ///< examples; 0: all
  std::string split_;
  std::optional<SourceFolder> folder_;
  RowSource rows_;
  std::optional<MixturePlan> plan_;  ///< of rows
  std::vector<EpochView> pairs_;     ///< of rows of two recordings
};

}  // namespace veery
