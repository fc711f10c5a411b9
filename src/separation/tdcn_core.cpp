#include "separation/tdcn_core.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <map>

#include "separation/normalise.hpp"

namespace veery::separation {
namespace {

/// The scale is for the biased result.
at::Tensor dense(const Layer& weights, const at::Tensor& input) {
  return (at::matmul(input, weights["kernel"]) + weights["bias"]) * weights["scale"];
}

std::vector<std::int64_t> axes_of(NormAxes norm) {
  if (norm == NormAxes::frames) return {1};
  if (norm == NormAxes::channels) return {2};
  return {1, 2};
}

/// Three taps a channel over frames, zeros beyond both ends.
at::Tensor convolve_frames(const Layer& weights, const at::Tensor& input, std::int64_t dilation) {
  const std::int64_t frames = input.size(1);
  const at::Tensor padded = at::constant_pad_nd(input, {0, 0, dilation, dilation});
  const at::Tensor& taps = weights["kernel"];
  at::Tensor output = weights["bias"];
  for (std::int64_t tap = 0; tap < 3; ++tap) {
    output = at::addcmul(output, padded.narrow(1, tap * dilation, frames), taps.select(0, tap));
  }
  return output;
}

/// One block, without its residual connection.
class Block {
 public:
  Block(const TdcnConfig& config, const Layer& weights, std::int64_t number, const Observer& observe)
      : config_(config), weights_(weights.in(block_name(number))), number_(number), observe_(observe) {}

  [[nodiscard]] at::Tensor run(const at::Tensor& input) const {
    const Layer first = weights_.in("dense1");
    at::Tensor value = shown("dense1", at::matmul(input, first["kernel"]) * first["scale"]);
    value = activate(value, "1");
    const std::int64_t dilation = std::int64_t{1} << (number_ % config_.dilations);
    value = shown("conv", convolve_frames(weights_.in("depthwise"), value, dilation));
    value = activate(value, "2");
    value = at::matmul(value, weights_["dense2.kernel"]);
    return shown("dense2", config_.residual_scale ? value * weights_["dense2.scale"] : value);
  }

 private:
  [[nodiscard]] at::Tensor activate(const at::Tensor& input, const std::string& which) const {
    const at::Tensor value = shown("prelu" + which, at::prelu(input, weights_["prelu" + which]));
    const Layer norm = weights_.in("norm" + which);
    return shown("norm" + which, normalise(value, axes_of(config_.norm), norm["gamma"], norm["beta"]));
  }
  [[nodiscard]] at::Tensor shown(const std::string& name, at::Tensor value) const {
    if (observe_) observe_("block" + std::to_string(number_) + "_" + name, value);
    return value;
  }

  const TdcnConfig& config_;
  Layer weights_;
  std::int64_t number_;
  const Observer& observe_;
};

}  // namespace

at::Tensor run_core(const TdcnConfig& config, const Layer& weights, const at::Tensor& features,
                    const Observer& observe) {
  at::Tensor value = dense(weights.in("input"), features);
  if (observe) observe("initial_dense_output", value);
  std::map<std::int64_t, at::Tensor> repeat_inputs;
  for (std::int64_t block = 0; block < config.blocks(); ++block) {
    if (config.skips && block % config.dilations == 0) {
      for (const auto& [from, input] : repeat_inputs) {
        value = value + dense(weights.in(skip_name(from, block)), input);
      }
      repeat_inputs[block] = value;
    }
    value = value + Block{config, weights, block, observe}.run(value);
    if (observe) observe("block" + std::to_string(block) + "_output", value);
  }
  if (observe) observe("core_activations", value);
  return value;
}

}  // namespace veery::separation
