#include "run/training_folder.hpp"

#include <algorithm>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/version.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/separation/model_file.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// What training makes; nothing else in the folder is touched.
void remove_earlier(const fs::path& output) {
  for (const char* name : {"checkpoints", "events", "metrics.csv", "best.h5", "model.h5", "options.json", "run.json"})
    fs::remove_all(output / name);
}

std::vector<fs::path> ascending(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator{folder}) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Goes at once, then bit by bit: half a checkpoint is never found.
void remove_checkpoint(const fs::path& path) {
  const fs::path unnamed = path.parent_path() / std::string{"."}.append(path.filename().string()).append(".staged");
  fs::rename(path, unnamed);
  fs::remove_all(unnamed);
}

void publish(const fs::path& file, const TrainingState& state, std::int64_t step) {
  Model model{state.config, state.average, state.provenance};
  model.provenance["training steps"] = std::to_string(step);
  model.provenance["trained by"] = "veery " + std::string{program_version()} + " " + std::string{program_commit()};
  write_model(file, model);
}

}  // namespace

bool check_earlier_options(const TrainOptions& options, const TrainingData& data) {
  const fs::path file = options.output / output_name::kOptions;
  if (!fs::exists(file)) return false;
  const std::string difference = describe_difference(read_text(file), result_options_json(options, data));
  if (difference.empty()) return true;
  throw UsageError{"the output folder holds a training with other options", options.output.string(),
                   difference +
                       ": give the earlier options to continue it, --restart to begin anew, or another "
                       "--output"};
}

fs::path checkpoints_in(const fs::path& output) {
  return output / "checkpoints";
}

TrainingFolder::TrainingFolder(const TrainOptions& options, const TrainingData& data)
    : output_(options.output), every_(options.schedule.checkpoint_every) {
  if (options.earlier.restart) remove_earlier(output_);
  if (!check_earlier_options(options, data))
    publish_text(output_ / output_name::kOptions, result_options_json(options, data));
  create_folder(checkpoints());
  for (const fs::path& path : ascending(checkpoints()))
    if (is_staged(path)) fs::remove_all(path);
}

void TrainingFolder::keep(const TrainingState& state) {
  const fs::path path = checkpoints() / checkpoint_name(state.step);
  if (!fs::exists(path)) write_checkpoint(path, state);
  const std::int64_t oldest = std::max<std::int64_t>(state.step - state.step % every_ - every_, 0);
  for (const fs::path& earlier : ascending(checkpoints()))
    if (earlier.filename().string() < checkpoint_name(oldest)) remove_checkpoint(earlier);
}

fs::path TrainingFolder::go_back(std::int64_t step) {
  const std::int64_t regular = (step - 1) - (step - 1) % every_;
  for (const fs::path& later : ascending(checkpoints()))
    if (later.filename().string() > checkpoint_name(regular)) remove_checkpoint(later);
  return checkpoints() / checkpoint_name(regular);
}

void TrainingFolder::publish_best(const TrainingState& state) const {
  publish(output_ / "best.h5", state, state.step);
}

void TrainingFolder::publish_model(const TrainingState& state) const {
  if (!state.progress.best_loss) return publish(output_ / "model.h5", state, state.step);
  publish_text(output_ / "model.h5", read_text(output_ / "best.h5"));
}

}  // namespace veery
