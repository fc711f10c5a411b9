#include "separation/seeded_model.hpp"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>

#include "support/closed_form_signals.hpp"

namespace veery::test {
namespace {

struct Spread {
  double centre;
  double width;
};

Spread spread_of(const std::string& name, const at::Tensor& weight) {
  if (name.ends_with("depthwise.kernel")) return {0.0, std::sqrt(6.0 / 1539.0)};
  if (name.ends_with(".kernel")) return {0.0, std::sqrt(6.0 / static_cast<double>(weight.size(0) + weight.size(1)))};
  if (name.ends_with(".bias") || name.ends_with(".beta")) return {0.0, 0.05};
  if (name.find("prelu") != std::string::npos) return {0.1, 0.05};
  return {1.0, 0.1};
}

at::Tensor tensor_of(const std::vector<float>& values, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::TensorOptions{}.dtype(at::kFloat));
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

}  // namespace

TdcnConfig small_config() {
  TdcnConfig config;
  config.coefficients = 32;
  config.sources = 2;
  config.bottleneck = 24;
  config.conv_channels = 40;
  config.dilations = 4;
  config.repeats = 2;
  return config;
}

Model seeded_model(const TdcnConfig& config, std::uint64_t seed) {
  Model model;
  model.config = config;
  model.provenance["source"] = "a formula";
  for (const auto& [name, shape] : weight_shapes(config)) {
    const at::Tensor weight = at::empty(shape, at::TensorOptions{}.dtype(at::kFloat));
    const Spread spread = spread_of(name, weight);
    const std::uint64_t series = seed++;
    const auto values =
        sampled(weight.numel(), [&](std::uint64_t n) { return spread.centre + spread.width * noise(series, n); });
    model.weights.emplace(name, tensor_of(values, shape));
  }
  return model;
}

at::Tensor noise_mixtures(std::int64_t batch, std::int64_t samples, std::uint64_t seed) {
  return tensor_of(noise_samples(batch * samples, 0.1, seed), {batch, samples});
}

}  // namespace veery::test
