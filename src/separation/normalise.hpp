#pragma once
// The network's normalisation: statistics within one example, one gamma and one beta for all channels.
#include <ATen/core/Tensor.h>

namespace veery::separation {

[[nodiscard]] at::Tensor normalise(const at::Tensor& values, at::IntArrayRef axes, const at::Tensor& gamma,
                                   const at::Tensor& beta);

}  // namespace veery::separation
