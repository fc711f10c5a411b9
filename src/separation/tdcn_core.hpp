#pragma once
// The body of the network: repeated blocks of dilated convolutions with residual and skip connections.
#include <veery/separation/tdcn.hpp>

#include "separation/frame_tiles.hpp"
#include "separation/layer.hpp"

namespace veery::separation {

/// Features [batch, frame, feature] to activations [batch, frame, bottleneck].
[[nodiscard]] FrameTiles run_core(const TdcnConfig& config, const Layer& weights, const at::Tensor& features,
                                  const Observer& observe, Activations activations);

}  // namespace veery::separation
