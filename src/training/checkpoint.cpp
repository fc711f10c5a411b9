#include <fcntl.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/separation/model_file.hpp>
#include <veery/training/checkpoint.hpp>
#include <veery/training/initial_weights.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr std::string_view kPrefix = "step-";
constexpr std::size_t kDigits = 9;

/// The files beside state.json. Moments have the names and shapes of weights, so they are stored as a model too.
template <typename State>
auto parts_of(State& state) {
  using Part = std::pair<const char*, decltype(&state.weights)>;
  return std::array<Part, 4>{{{"weights.h5", &state.weights},
                              {"average.h5", &state.average},
                              {"first_moments.h5", &state.adam.first_moments},
                              {"second_moments.h5", &state.adam.second_moments}}};
}

Json number_or_null(const std::optional<double>& number) {
  return number ? Json(*number) : Json();
}

std::optional<double> number_in(const Json& json, const char* key) {
  return json.at(key).is_null() ? std::nullopt : std::optional{json[key].get<double>()};
}

Json numbers_of(const TrainingState& state) {
  const TrainingProgress& progress = state.progress;
  return {{"format_version", kFormatVersion},
          {"step", state.step},
          {"adam_steps", state.adam.steps},
          {"smoothed_loss", number_or_null(progress.trend.smoothed)},
          {"least_smoothed_loss", number_or_null(progress.trend.least)},
          {"rate_scale", progress.rate_scale},
          {"best_loss", number_or_null(progress.best_loss)},
          {"best_step", progress.best_step}};
}

void read_numbers(const Json& json, TrainingState& state) {
  json.at("step").get_to(state.step);
  json.at("adam_steps").get_to(state.adam.steps);
  TrainingProgress& progress = state.progress;
  progress.trend = {number_in(json, "smoothed_loss"), number_in(json, "least_smoothed_loss")};
  json.at("rate_scale").get_to(progress.rate_scale);
  json.at("best_step").get_to(progress.best_step);
  progress.best_loss = number_in(json, "best_loss");
}

void write_parts(const fs::path& folder, const TrainingState& state) {
  Json json = numbers_of(state);
  for (const auto& [name, weights] : parts_of(state)) {
    write_model(folder / name, {state.config, *weights, state.provenance});
    json["digests"][name] = model_digest(state.config, *weights);
  }
  publish_text(folder / "state.json", json.dump(2) + "\n");
}

Json read_state_file(const fs::path& file) {
  try {
    Json json = Json::parse(read_text(file));
    if (json.at("format_version") != kFormatVersion)
      throw Error{"the checkpoint's format is another one", file.string(), "use the veery that wrote it"};
    return json;
  } catch (const Json::exception& problem) {
    throw Error{"not the state of a checkpoint", file.string(), problem.what()};
  }
}

fs::path staged_path(const fs::path& path) {
  return path.parent_path() / std::string{"."}.append(path.filename().string()).append(".staged");
}

}  // namespace

TrainingState begin_training(const TdcnConfig& config, std::uint64_t seed) {
  TrainingState state;
  state.config = config;
  state.weights = initial_weights(config, seed);
  for (const auto& [name, weight] : state.weights) state.average[name] = weight.clone();
  state.adam = begin_adam(state.weights);
  return state;
}

void write_checkpoint(const fs::path& path, const TrainingState& state) {
  const fs::path staged = staged_path(path);
  fs::remove_all(staged);
  create_folder(staged);
  write_parts(staged, state);
  if (std::rename(staged.c_str(), path.c_str()) != 0) {
    const int cause = errno;
    std::error_code ignored;
    fs::remove_all(staged, ignored);
    throw system_error("cannot give the checkpoint its name", path, cause);
  }
  FileDescriptor::open(path.parent_path(), O_RDONLY | O_DIRECTORY).flush();
}

TrainingState read_checkpoint(const fs::path& path) {
  const Json json = read_state_file(path / "state.json");
  TrainingState state;
  for (const auto& [name, weights] : parts_of(state)) {
    Model part = read_model(path / name);
    if (json.value("digests", Json::object()).value(name, "") != model_digest(part.config, part.weights))
      throw Error{"a file of another checkpoint", (path / name).string(), "take an earlier checkpoint"};
    state.config = part.config;
    state.provenance = std::move(part.provenance);
    *weights = std::move(part.weights);
  }
  try {
    read_numbers(json, state);
  } catch (const Json::exception& problem) {
    throw Error{"not the state of a checkpoint", (path / "state.json").string(), problem.what()};
  }
  return state;
}

std::string checkpoint_name(std::int64_t step) {
  std::string digits = std::to_string(step);
  digits.insert(0, kDigits - std::min(kDigits, digits.size()), '0');
  return std::string{kPrefix}.append(digits);
}

bool is_checkpoint_name(std::string_view name) {
  return name.starts_with(kPrefix) && name.size() >= kPrefix.size() + kDigits &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

std::optional<fs::path> latest_checkpoint(const fs::path& folder) {
  std::optional<fs::path> latest;
  if (!fs::exists(folder)) return latest;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const std::string name = entry.path().filename().string();
    if (!is_checkpoint_name(name) || !fs::exists(entry.path() / "state.json")) continue;
    if (!latest || name > latest->filename().string()) latest = entry.path();
  }
  return latest;
}

}  // namespace veery
