#include <ATen/Functions.h>

#include <cmath>
#include <span>
#include <string>

#include <veery/base/digest.hpp>
#include <veery/training/counter_random.hpp>
#include <veery/training/initial_weights.hpp>

namespace veery {
namespace {

/// Of a kernel [in, out]. A depthwise one, [tap, channel], counts as TensorFlow counts it: every tap and channel goes
/// in, and one output a tap comes out.
double glorot_limit(const std::string& name, const std::vector<std::int64_t>& shape) {
  const auto first = static_cast<double>(shape.at(0));
  const auto second = static_cast<double>(shape.at(1));
  const bool depthwise = name.ends_with("depthwise.kernel");
  return std::sqrt(6.0 / (depthwise ? first * second + first : first + second));
}

at::Tensor uniform(const std::string& name, const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  const double limit = glorot_limit(name, shape);
  const EpochSeed draws{seed ^ xxh3_64(std::as_bytes(std::span{name})), 0};
  at::Tensor weight = at::empty(shape, at::TensorOptions{}.dtype(at::kFloat));
  float* values = weight.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < weight.numel(); ++i) {
    const double unit = draw_unit(draws, DrawPurpose::initial_weight, static_cast<std::uint64_t>(i));
    values[i] = static_cast<float>(limit * (2.0 * unit - 1.0));
  }
  return weight;
}

/// block_12.dense2.scale, behind the prefix of a pass: 0.9^12.
double residual_scale(const std::string& name) {
  const std::string marker = "block_";
  const int block = std::stoi(name.substr(name.rfind(marker) + marker.size()));
  return std::pow(0.9, block);
}

double constant_of(const std::string& name) {
  if (name.ends_with("dense2.scale")) return residual_scale(name);
  if (name.ends_with("scale") || name.ends_with("gamma")) return 1.0;
  if (name.ends_with("prelu1") || name.ends_with("prelu2")) return 0.1;
  return 0.0;
}

}  // namespace

Weights initial_weights(const TdcnConfig& config, std::uint64_t seed) {
  Weights weights;
  for (const auto& [name, shape] : weight_shapes(config)) {
    weights[name] = name.ends_with("kernel")
                        ? uniform(name, shape, seed)
                        : at::full(shape, constant_of(name), at::TensorOptions{}.dtype(at::kFloat));
  }
  return weights;
}

}  // namespace veery
