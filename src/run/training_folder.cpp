#include "run/training_folder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/version.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/separation/model_file.hpp>

#include "run/run_kind.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kMade{"metrics.csv", "best.h5", "model.h5"};
constexpr std::string_view kEventFile = "events.out.tfevents.";

/// By name; none where there is no such folder.
std::vector<fs::path> ascending(const fs::path& folder) {
  std::vector<fs::path> paths;
  if (!fs::is_directory(folder)) return paths;
  for (const auto& entry : fs::directory_iterator{folder}) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Other names in the folder are somebody's own.
std::vector<fs::path> checkpoints_below(const fs::path& output) {
  std::vector<fs::path> paths = ascending(checkpoints_in(output));
  std::erase_if(paths, [](const fs::path& path) { return !is_checkpoint_name(path.filename().string()); });
  return paths;
}

/// What a killed run left: ".step-000000100.staged".
void remove_half_checkpoints(const fs::path& output) {
  for (const fs::path& path : ascending(checkpoints_in(output))) {
    if (is_staged(path) && is_checkpoint_name(path.stem().string().substr(1))) fs::remove_all(path);
  }
}

/// Goes at once, then bit by bit: half a checkpoint is never found.
void remove_checkpoint(const fs::path& path) {
  const fs::path unnamed = path.parent_path() / std::string{"."}.append(path.filename().string()).append(".staged");
  fs::rename(path, unnamed);
  fs::remove_all(unnamed);
}

/// What training makes; nothing else in the folder is touched.
void remove_earlier(const fs::path& output) {
  std::error_code ignored;
  for (const fs::path& path : checkpoints_below(output)) remove_checkpoint(path);
  remove_half_checkpoints(output);
  for (const fs::path& path : ascending(output / "events")) {
    if (path.filename().string().starts_with(kEventFile)) fs::remove(path);
  }
  for (const char* const folder : {"checkpoints", "events"}) fs::remove(output / folder, ignored);  // if it is empty
  for (const std::string_view name : kMade) fs::remove(output / name);
  for (const std::string_view name : {output_name::kOptions, output_name::kRun}) fs::remove(output / name);
}

/// A folder without a training is no place for one that would write over what is there.
void refuse_other_files(const fs::path& output) {
  std::vector<fs::path> others = checkpoints_below(output);
  for (const std::string_view name : kMade) {
    if (fs::exists(output / name)) others.push_back(output / name);
  }
  if (others.empty()) return;
  throw UsageError{"the output folder holds no training, but files that one would write over", others.front().string(),
                   "choose another --output"};
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
  require_run_of(RunKind::training, options.output);
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
  if (options.earlier.restart && fs::exists(output_ / output_name::kOptions)) {
    require_run_of(RunKind::training, output_);
    remove_earlier(output_);
  }
  if (!check_earlier_options(options, data)) {
    refuse_other_files(output_);
    publish_text(output_ / output_name::kOptions, result_options_json(options, data));
  }
  create_folder(checkpoints());
  remove_half_checkpoints(output_);
}

void TrainingFolder::keep(const TrainingState& state) {
  const fs::path path = checkpoints() / checkpoint_name(state.step);
  if (!fs::exists(path)) write_checkpoint(path, state);
  const std::int64_t oldest = std::max<std::int64_t>(state.step - state.step % every_ - every_, 0);
  for (const fs::path& earlier : checkpoints_below(output_))
    if (earlier.filename().string() < checkpoint_name(oldest)) remove_checkpoint(earlier);
}

fs::path TrainingFolder::go_back(std::int64_t step) {
  const std::int64_t regular = (step - 1) - (step - 1) % every_;
  for (const fs::path& later : checkpoints_below(output_))
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
