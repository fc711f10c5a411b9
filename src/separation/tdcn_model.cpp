#include "separation/tdcn_model.hpp"

#include <c10/core/InferenceMode.h>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/autocast.hpp>

namespace veery::separation {
namespace {

std::int64_t count_parameters(const Weights& weights) {
  std::int64_t count = 0;
  for (const auto& [name, weight] : weights) count += weight.numel();
  return count;
}

/// Multiplications of one second: each matrix or set of taps meets every frame once, the decoder once a source.
/// The Fourier transforms and what is done once a mixture are left out.
double multiplications_a_second(const TdcnConfig& config, const Weights& weights) {
  double a_frame = 0;
  for (const auto& [name, weight] : weights) {
    if (!name.ends_with(".kernel") || name.ends_with("mix_weights.kernel")) continue;
    const auto uses = name.ends_with("decoder.kernel") ? static_cast<double>(config.sources) : 1.0;
    a_frame += uses * static_cast<double>(weight.numel());
  }
  return a_frame * static_cast<double>(config.sample_rate_hz) / static_cast<double>(config.hop_samples);
}

/// What the convolutions of one pass see; each block of dilation d adds d frames at both sides.
double receptive_field_s(const TdcnConfig& config) {
  const std::int64_t frames = 1 + config.repeats * 2 * ((std::int64_t{1} << config.dilations) - 1);
  const std::int64_t samples = (frames - 1) * config.hop_samples + config.window_samples;
  return static_cast<double>(samples) / static_cast<double>(config.sample_rate_hz);
}

ModelInfo describe_model(const std::filesystem::path& path, const Model& model) {
  ModelInfo info;
  info.name = path.filename().string();
  info.sample_rate_hz = static_cast<int>(model.config.sample_rate_hz);
  info.sources = model.config.sources;
  info.digest = model_digest(model.config, model.weights);
  info.description = {{"kind", "TDCN++"}};
  for (auto& setting : describe(model.config)) info.description.push_back(std::move(setting));
  info.description.emplace_back("parameters", std::to_string(count_parameters(model.weights)));
  info.description.emplace_back("receptive_field_s", fixed_decimal(receptive_field_s(model.config), 4));
  info.description.emplace_back("gmac_a_second",
                                fixed_decimal(multiplications_a_second(model.config, model.weights) * 1e-9, 3));
  for (const auto& [name, value] : model.provenance) info.description.emplace_back(printable(name), printable(value));
  return info;
}

}  // namespace

TdcnModel::TdcnModel(const std::filesystem::path& path, const LoadOptions& options) : options_(options) {
  Model model = read_model(path);
  info_ = describe_model(path, model);
  if (options.sample_rate_hz.value_or(info_.sample_rate_hz) != info_.sample_rate_hz) {
    throw UsageError{"the separation model is for " + std::to_string(info_.sample_rate_hz) + " Hz", path.string(),
                     "leave out the " + std::to_string(*options.sample_rate_hz) + " Hz given for it"};
  }
  prepare_precision(options.precision, options.device);
  config_ = model.config;
  for (const auto& [name, weight] : model.weights) weights_.emplace(name, weight.to(options.device.device));
}

at::Tensor TdcnModel::separate(const at::Tensor& mixtures) const {
  const c10::InferenceMode no_gradients;
  const Autocast autocast{options_.precision, options_.device.device};
  return forward(config_, weights_, mixtures).to(at::kFloat);
}

}  // namespace veery::separation
