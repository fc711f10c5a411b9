#pragma once
// The separation network: TDCN++ between an encoder and a decoder, as plain functions on tensors. This is the
// arithmetic that everything faster is measured against, and the one that training differentiates.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <veery/separation/tdcn_config.hpp>

namespace veery {

/// By name, e.g. block_3.dense1.kernel. Matrices are [in, out].
using Weights = std::map<std::string, at::Tensor>;
using WeightShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Sees intermediate results by name: encoder_output, block0_norm1, core_activations, mask …
using Observer = std::function<void(const std::string& name, const at::Tensor& value)>;

/// The name and shape of every weight that the network has.
[[nodiscard]] WeightShapes weight_shapes(const TdcnConfig& config);

/// Throws Error naming the first weight that is missing, unknown, of another shape or not float32.
void check_weights(const TdcnConfig& config, const Weights& weights);

/// Stems [batch, source, sample] of mixtures [batch, sample], on the device and in the precision of both.
/// Differentiable; who does not train holds a c10::InferenceMode. Wants checked weights and at least one sample.
[[nodiscard]] at::Tensor forward(const TdcnConfig& config, const Weights& weights, const at::Tensor& mixture,
                                 const Observer& observe = {}, Activations activations = Activations::keep);

}  // namespace veery
