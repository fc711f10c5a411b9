#pragma once
// All that a training run has to remember, so that it goes on as if it had never stopped: to the bit on a CPU.
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <veery/training/loss_trend.hpp>
#include <veery/training/optimiser.hpp>

namespace veery {

/// How a run has gone so far, as far as it decides how it goes on.
struct TrainingProgress {
  LossTrend trend;
  double rate_scale = 1;              ///< less than 1 after a divergence
  std::optional<double> best_loss{};  ///< of validation
  std::int64_t best_step = 0;         ///< when that was
};

struct TrainingState {
  TdcnConfig config;
  Weights weights;        ///< as they are trained
  Weights average;        ///< their moving average, which is what a model is made of
  AdamState adam;         ///< its steps are those since the optimiser began
  std::int64_t step = 0;  ///< batches seen: where the data go on
  TrainingProgress progress;
  std::map<std::string, std::string> provenance;
};

/// Random weights, which are their own average; no steps.
[[nodiscard]] TrainingState begin_training(const TdcnConfig& config, std::uint64_t seed);

/// Makes the folder `path`: weights.h5, average.h5 (both model files as any other), first_moments.h5,
/// second_moments.h5 and state.json with the digests of the four. It appears whole or not at all. Throws Error, also
/// when there is something of that name.
void write_checkpoint(const std::filesystem::path& path, const TrainingState& state);

/// On the CPU; the weights require no gradients. Throws Error naming the file that is missing, damaged, or of another
/// checkpoint.
[[nodiscard]] TrainingState read_checkpoint(const std::filesystem::path& path);

/// The name of a step's checkpoint, in which the order of names is that of steps.
[[nodiscard]] std::string checkpoint_name(std::int64_t step);
[[nodiscard]] bool is_checkpoint_name(std::string_view name);

/// The checkpoint of the highest step in `folder`; nullopt when there is none. What a killed run left unfinished is no
/// checkpoint.
[[nodiscard]] std::optional<std::filesystem::path> latest_checkpoint(const std::filesystem::path& folder);

}  // namespace veery
