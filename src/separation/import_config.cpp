#include "separation/import_config.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

#include "separation/layer.hpp"
#include "separation/weight_names.hpp"

namespace veery {
namespace {

struct Preset {
  std::string_view name;
  Encoder encoder;
  std::int64_t sample_rate_hz;
  double window_s;
  double hop_s;
  std::int64_t sources;  ///< 0: any number
  bool skips;
  bool pad_beginning;
  double magsq_floor;
};

// The published bird models do not tell their mixture consistency, and no preset guesses it.
constexpr std::array<Preset, 5> kPresets{{
    {"bird-mixit-4", Encoder::learnable_basis, 22050, 0.001, 0.0005, 4, true, false, 1e-8},
    {"bird-mixit-8", Encoder::learnable_basis, 22050, 0.001, 0.0005, 8, true, false, 1e-8},
    {"neurips2020-mixit", Encoder::learnable_basis, 16000, 0.0025, 0.00125, 0, false, false, 1e-8},
    {"fuss", Encoder::stft, 16000, 0.032, 0.008, 0, false, true, 1e-8},
    {"dcase2020", Encoder::stft, 16000, 0.032, 0.008, 0, true, false, 0.0},
}};

const Preset* find_preset(const std::string& name) {
  if (name.empty()) return nullptr;
  const auto* found =
      std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& preset) { return preset.name == name; });
  if (found != kPresets.end()) return found;
  std::string known;
  for (const Preset& preset : kPresets) known += (known.empty() ? "" : ", ") + std::string{preset.name};
  throw UsageError{"unknown preset", "\"" + printable(name) + "\"", "there are: " + known};
}

}  // namespace

std::vector<std::string> import_presets() {
  std::vector<std::string> names;
  names.reserve(kPresets.size());
  for (const Preset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

namespace separation {
namespace {

class Inference {
 public:
  Inference(const NetworkVariables& variables, const ImportOptions& options)
      : variables_(variables), options_(options), preset_(find_preset(options.preset)) {}

  [[nodiscard]] TdcnConfig run() {
    config_.passes = variables_.passes;
    config_.encoder = has("encoder.kernel") ? Encoder::learnable_basis : Encoder::stft;
    take_sizes();
    take_blocks();
    take_norm();
    take_consistency();
    take_times();
    take_feature_norm();
    compare_with_preset();
    check_config(config_);
    return config_;
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const { return variables_.by_name.contains(name); }

  [[nodiscard]] const std::vector<std::int64_t>& shape(const std::string& name, std::size_t axes) const {
    const auto found = variables_.by_name.find(name);
    if (found == variables_.by_name.end()) {
      throw Error{"the checkpoint lacks a variable of the network", tf_name_of(name)};
    }
    if (found->second->shape.size() != axes) {
      throw Error{"a variable of the checkpoint has the wrong shape", printable(found->second->name),
                  std::to_string(axes) + " axes belong there"};
    }
    return found->second->shape;
  }

  void take_sizes() {
    const auto& input = shape(pass_prefix(config_, 0) + "input.kernel", 2);
    config_.coefficients = input[0];
    config_.bottleneck = input[1];
    config_.conv_channels = shape("block_0.dense1.kernel", 2)[1];
    const std::int64_t masks = shape("mask.kernel", 2)[1];
    if (config_.coefficients < 1 || masks < 1 || masks % config_.coefficients != 0) {
      throw Error{
          "a variable of the checkpoint has the wrong shape", tf_name_of("mask.kernel"),
          "a whole number of masks for " + std::to_string(config_.coefficients) + " coefficients belongs there"};
    }
    config_.sources = masks / config_.coefficients;
  }

  void take_blocks() {
    std::int64_t blocks = 0;
    while (has(block_name(blocks) + ".dense1.kernel")) ++blocks;
    std::int64_t first_target = 0;
    for (std::int64_t block = blocks - 1; block > 0; --block) {
      if (has(skip_name(0, block) + ".kernel")) first_target = block;
    }
    config_.skips = first_target != 0;
    config_.dilations = config_.skips ? first_target : options_.dilations.value_or(std::int64_t{8});
    if (options_.dilations.value_or(config_.dilations) != config_.dilations) {
      contradict("dilations", "the skips of the checkpoint are " + std::to_string(config_.dilations) + " blocks apart");
    }
    if (config_.dilations < 1 || blocks % config_.dilations != 0) {
      throw UsageError{"the checkpoint's " + std::to_string(blocks) + " blocks are no whole repeats of " +
                           std::to_string(config_.dilations),
                       "dilations", "say how many blocks a repeat has"};
    }
    config_.repeats = blocks / config_.dilations;
    config_.residual_scale = has("block_0.dense2.scale");
  }

  void take_norm() {
    const auto found = variables_.by_name.find("block_0.norm1.gamma");
    if (found == variables_.by_name.end()) return;  // reported as missing later
    // The name alone does not tell: global_layer_norm of DCASE 2020 is over frames.
    if (found->second->shape.size() == 2) {
      config_.norm = NormAxes::frames_and_channels;
    } else {
      config_.norm = variables_.norm == "layer_norm" ? NormAxes::channels : NormAxes::frames;
    }
  }

  void take_consistency() {
    if (has("mix_weights.kernel")) {
      config_.consistency = Consistency::pred_source;
      if (options_.consistency.value_or(config_.consistency) != config_.consistency) {
        contradict("consistency", "the checkpoint has weights for pred-source");
      }
      return;
    }
    if (!options_.consistency) ask_for("mixture consistency", "one of none, uniform, magsq");
    config_.consistency = *options_.consistency;
    config_.magsq_floor = preset_ != nullptr ? preset_->magsq_floor : config_.magsq_floor;
  }

  void take_times() {
    if (!options_.sample_rate_hz && preset_ == nullptr) ask_for("sample rate", "in Hz");
    config_.sample_rate_hz = options_.sample_rate_hz ? *options_.sample_rate_hz : preset_->sample_rate_hz;
    const auto window_s = options_.window_s || preset_ == nullptr ? options_.window_s : preset_->window_s;
    const auto hop_s = options_.hop_s || preset_ == nullptr ? options_.hop_s : preset_->hop_s;
    config_.keep_extra_frame = options_.keep_extra_frame.value_or(false);
    if (config_.encoder == Encoder::learnable_basis) {
      config_.window_samples = shape("encoder.kernel", 2)[0];
      if (window_s && samples(*window_s) != config_.window_samples) {
        contradict("window", "the checkpoint's has " + std::to_string(config_.window_samples) + " samples");
      }
      if (!hop_s && config_.window_samples % 2 != 0) ask_for("hop", "in seconds");
      config_.hop_samples = hop_s ? samples(*hop_s) : config_.window_samples / 2;
      return;
    }
    if (!window_s) ask_for("window", "in seconds");
    if (!hop_s) ask_for("hop", "in seconds");
    if (!options_.pad_beginning && preset_ == nullptr) ask_for("padding of the beginning", "yes (FUSS) or no");
    config_.window_samples = samples(*window_s);
    config_.hop_samples = samples(*hop_s);
    config_.pad_beginning = options_.pad_beginning ? *options_.pad_beginning : preset_->pad_beginning;
  }

  void take_feature_norm() {
    if (config_.encoder != Encoder::stft) return;
    if (has("features.scale")) {
      if (!options_.feature_norm) ask_for("feature norm", "one of compress-and-max, none");
      config_.feature_norm = *options_.feature_norm;
    }
    if (has("features.scale") == (config_.feature_norm == FeatureNorm::mean_and_variance) ||
        options_.feature_norm.value_or(config_.feature_norm) != config_.feature_norm) {
      contradict("feature norm", "the checkpoint has weights for another one");
    }
  }

  void compare_with_preset() const {
    if (preset_ == nullptr) return;
    if (config_.encoder != preset_->encoder) contradict("preset", "the checkpoint has another encoder");
    if (config_.skips != preset_->skips) contradict("preset", "the checkpoint has other skip connections");
    if (preset_->sources != 0 && config_.sources != preset_->sources) {
      contradict("preset", "the checkpoint has " + std::to_string(config_.sources) + " sources");
    }
  }

  /// Half to even, as Python's round, which the released code used.
  [[nodiscard]] std::int64_t samples(double seconds) const {
    const double count = std::nearbyint(seconds * static_cast<double>(config_.sample_rate_hz));
    if (!(count >= 1 && count < 1e6)) throw UsageError{"no such window or hop", std::to_string(seconds) + " s"};
    return static_cast<std::int64_t>(count);
  }

  [[noreturn]] static void ask_for(const std::string& option, const std::string& form) {
    throw UsageError{"the checkpoint does not tell the " + option, "give it, " + form};
  }
  [[noreturn]] static void contradict(const std::string& option, const std::string& why) {
    throw UsageError{"the " + option + " does not fit the checkpoint", why};
  }

  const NetworkVariables& variables_;
  const ImportOptions& options_;
  const Preset* preset_;
  TdcnConfig config_;
};

}  // namespace

TdcnConfig infer_config(const NetworkVariables& variables, const ImportOptions& options) {
  return Inference{variables, options}.run();
}

}  // namespace separation
}  // namespace veery
