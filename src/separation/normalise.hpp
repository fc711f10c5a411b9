#pragma once
// The network's normalisation: statistics within one example, one gamma and one beta for all channels.
#include <ATen/core/Tensor.h>

#include <veery/separation/tdcn.hpp>

#include "separation/frame_tiles.hpp"

namespace veery::separation {

[[nodiscard]] FrameTiles normalise(FrameTiles values, NormAxes axes, const at::Tensor& gamma, const at::Tensor& beta);

}  // namespace veery::separation
