#pragma once
// A part of a network of which a gradient keeps the inputs alone: its intermediate results are made again when the
// gradient comes by (Chen et al., “Training deep nets with sublinear memory cost”, 2016).
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace veery::separation {

/// A pure function, called twice, the second time in the autocast state of the first.
using NetworkPart = std::function<at::Tensor(const std::vector<at::Tensor>& inputs)>;

/// part(inputs), differentiable once in all of them.
[[nodiscard]] at::Tensor recomputed(NetworkPart part, const std::vector<at::Tensor>& inputs);

}  // namespace veery::separation
