#pragma once
// What is told of a TensorFlow checkpoint when it becomes a model.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <veery/separation/tdcn_config.hpp>

namespace veery {

/// What a checkpoint can't tell. An option wins over the preset.
struct ImportOptions {
  std::string preset;  ///< one of import_presets(), or empty
  std::optional<std::int64_t> sample_rate_hz;
  std::optional<double> window_s;           ///< rounded to samples; a learnable basis tells it
  std::optional<double> hop_s;              ///< a learnable basis: half a window if not given
  std::optional<Consistency> consistency;   ///< told by the file only when it is pred-source
  std::optional<std::int64_t> dilations;    ///< blocks a repeat; told by skips, else 8
  std::optional<bool> keep_extra_frame;     ///< no if not given
  std::optional<bool> pad_beginning;        ///< asked for with STFT only
  std::optional<FeatureNorm> feature_norm;  ///< asked for where the file has a scale and a bias of features
};

/// bird-mixit-4, bird-mixit-8, neurips2020-mixit, fuss, dcase2020.
[[nodiscard]] std::vector<std::string> import_presets();

}  // namespace veery
