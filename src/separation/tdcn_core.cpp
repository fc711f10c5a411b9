#include "separation/tdcn_core.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/autocast_mode.h>

#include <map>
#include <utility>

#include "separation/fused_block.hpp"
#include "separation/normalise.hpp"
#include "separation/recompute.hpp"

namespace veery::separation {
namespace {

/// (input · kernel + bias) · scale, the scale worked into the small tensors.
at::Tensor dense(const Layer& weights, const at::Tensor& input) {
  const at::Tensor& scale = weights["scale"];
  return at::matmul(input, weights["kernel"] * scale) + weights["bias"] * scale;
}

/// Three taps a channel over frames, zeros beyond both ends.
FrameTiles convolve_frames(const Layer& weights, const FrameTiles& input, std::int64_t dilation) {
  const at::Tensor& taps = weights["kernel"];
  FrameTiles output(input.size(), weights["bias"]);
  for_each_tile(input, [&](std::size_t number) {
    for (std::int64_t tap = 0; tap < 3; ++tap) {
      const at::Tensor frames = shifted_tile(input, number, (tap - 1) * dilation);
      output[number] = at::addcmul(output[number], frames, taps.select(0, tap));
    }
  });
  return output;
}

void show(const Observer& observe, const std::string& name, const FrameTiles& tiles) {
  if (observe) observe(name, join_frames(tiles));
}

void add(FrameTiles& sum, const FrameTiles& more) {
  for_each_tile(sum, [&](std::size_t number) { sum[number] = sum[number] + more[number]; });
}

/// One block.
class Block {
 public:
  /// `weights`: of this block alone.
  Block(const TdcnConfig& config, Layer weights, std::int64_t number, const Observer& observe)
      : config_(config), weights_(std::move(weights)), number_(number), observe_(observe) {}

  /// Tiles of a batch, with its residual connection.
  [[nodiscard]] FrameTiles add_to(FrameTiles values) const {
    add(values, run(values));
    return values;
  }

  /// The same in fewer passes over memory, of the whole batch; nothing inside can be observed.
  [[nodiscard]] at::Tensor add_fused(const at::Tensor& values, BlockTrace& spare) const {
    const at::Tensor& contract = weights_["dense2.kernel"];
    return fused_block({.expand = weights_["dense1.kernel"] * weights_["dense1.scale"],
                        .prelu1 = weights_["prelu1"],
                        .gamma1 = weights_["norm1.gamma"],
                        .beta1 = weights_["norm1.beta"],
                        .taps = weights_["depthwise.kernel"],
                        .bias = weights_["depthwise.bias"],
                        .prelu2 = weights_["prelu2"],
                        .gamma2 = weights_["norm2.gamma"],
                        .beta2 = weights_["norm2.beta"],
                        .contract = config_.residual_scale ? contract * weights_["dense2.scale"] : contract},
                       values, dilation(), spare);
  }

 private:
  [[nodiscard]] std::int64_t dilation() const { return std::int64_t{1} << (number_ % config_.dilations); }

  [[nodiscard]] FrameTiles run(FrameTiles values) const {
    multiply(values, weights_["dense1.kernel"] * weights_["dense1.scale"]);
    shown("dense1", values);
    activate(values, "1");
    values = convolve_frames(weights_.in("depthwise"), values, dilation());
    shown("conv", values);
    activate(values, "2");
    const at::Tensor& kernel = weights_["dense2.kernel"];
    multiply(values, config_.residual_scale ? kernel * weights_["dense2.scale"] : kernel);
    shown("dense2", values);
    return values;
  }
  static void multiply(FrameTiles& values, const at::Tensor& kernel) {
    for_each_tile(values, [&](std::size_t number) { values[number] = at::matmul(values[number], kernel); });
  }
  void activate(FrameTiles& values, const std::string& which) const {
    const at::Tensor& slope = weights_["prelu" + which];
    for_each_tile(values, [&](std::size_t number) { values[number] = at::prelu(values[number], slope); });
    shown("prelu" + which, values);
    const Layer norm = weights_.in("norm" + which);
    values = normalise(std::move(values), config_.norm, norm["gamma"], norm["beta"]);
    shown("norm" + which, values);
  }
  void shown(const std::string& name, const FrameTiles& values) const {
    show(observe_, "block" + std::to_string(number_) + "_" + name, values);
  }

  const TdcnConfig& config_;
  Layer weights_;
  std::int64_t number_;
  const Observer& observe_;
};

FrameTiles dense(const Layer& weights, FrameTiles values) {
  for_each_tile(values, [&](std::size_t number) { values[number] = dense(weights, values[number]); });
  return values;
}

/// What the fused passes are made for; there they give the same to rounding.
bool is_fused(const TdcnConfig& config, const at::Tensor& features, const Observer& observe) {
  return features.device().is_cpu() && features.scalar_type() == at::kFloat && config.norm == NormAxes::frames &&
         !observe && !at::autocast::is_autocast_enabled(at::kCPU);
}

/// A block of which the gradient keeps the input and makes the rest again.
at::Tensor run_recomputed(const TdcnConfig& config, const Layer& weights, std::int64_t number, const at::Tensor& values,
                          bool fused) {
  std::vector<std::string> names;
  std::vector<at::Tensor> inputs{values};
  for (auto& [name, weight] : weights.all()) {
    names.push_back(name);
    inputs.push_back(weight);
  }
  const NetworkPart part = [config, names, number, fused](const std::vector<at::Tensor>& given) {
    Weights of_block;
    for (std::size_t i = 0; i < names.size(); ++i) of_block.emplace(names[i], given[i + 1]);
    const Observer unseen;
    const Block block{config, Layer{of_block, ""}, number, unseen};
    BlockTrace spare;
    return fused ? block.add_fused(given.front(), spare) : join_frames(block.add_to(cut_frames(given.front())));
  };
  return recomputed(part, inputs);
}

}  // namespace

FrameTiles run_core(const TdcnConfig& config, const Layer& weights, const at::Tensor& features, const Observer& observe,
                    Activations activations) {
  const bool fused = is_fused(config, features, observe);
  const bool recompute = activations == Activations::recompute;
  FrameTiles values = dense(weights.in("input"), cut_frames(features));
  if (fused || recompute) values = {join_frames(values)};
  show(observe, "initial_dense_output", values);
  BlockTrace spare;
  std::map<std::int64_t, FrameTiles> repeat_inputs;
  for (std::int64_t number = 0; number < config.blocks(); ++number) {
    if (config.skips && number % config.dilations == 0) {
      for (const auto& [from, input] : repeat_inputs) add(values, dense(weights.in(skip_name(from, number)), input));
      repeat_inputs[number] = values;
    }
    const Layer of_block = weights.in(block_name(number));
    const Block block{config, of_block, number, observe};
    if (recompute) {
      values = {run_recomputed(config, of_block, number, values.front(), fused)};
    } else if (fused) {
      values = {block.add_fused(values.front(), spare)};
    } else {
      values = block.add_to(std::move(values));
    }
    show(observe, "block" + std::to_string(number) + "_output", values);
  }
  show(observe, "core_activations", values);
  return fused || recompute ? cut_frames(values.front()) : values;
}

}  // namespace veery::separation
