#pragma once
// The network's normalisation: statistics within one example, one gamma and one beta for all channels.
#include <ATen/core/Tensor.h>

#include <vector>

#include <veery/separation/tdcn.hpp>

#include "separation/frame_tiles.hpp"

namespace veery::separation {

inline constexpr double kNormEpsilon = 1e-3;  // Keras's default, not PyTorch's

struct Moments {
  at::Tensor mean;
  at::Tensor variance;
};

/// The moments of all frames from those of each tile, [example, tile, channel], by the tiles' numbers of frames.
[[nodiscard]] Moments pool_moments(const at::Tensor& means, const at::Tensor& variances,
                                   const std::vector<double>& frames);

[[nodiscard]] FrameTiles normalise(FrameTiles values, NormAxes axes, const at::Tensor& gamma, const at::Tensor& beta);

}  // namespace veery::separation
