#pragma once
// A block of the network on the CPU in three passes over its activations, and its gradient in three more. A pass takes
// a tile of frames through a matrix product and all that is done to each channel, while it is in a core's cache;
// normalisation over frames is what parts the passes. Only the two results that the gradient needs are stored.
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace veery::separation {

/// All float32 on the CPU, contiguous.
struct BlockWeights {
  at::Tensor expand;  ///< [width, channel]
  at::Tensor prelu1;  ///< one slope
  at::Tensor gamma1;  ///< one for all channels
  at::Tensor beta1;
  at::Tensor taps;  ///< [3, channel]
  at::Tensor bias;  ///< [channel]
  at::Tensor prelu2;
  at::Tensor gamma2;
  at::Tensor beta2;
  at::Tensor contract;  ///< [channel, width]
};

/// What lies between the passes, memory that the next block may use again. All of one batch.
struct BlockTrace {
  at::Tensor expanded;   ///< [example, frame, channel], before the first PReLU
  at::Tensor convolved;  ///< the same, before the second one
  at::Tensor mean1;      ///< [example, channel], of the activated
  at::Tensor rate1;      ///< 1 / their deviation
  at::Tensor mean2;
  at::Tensor rate2;
};

/// values [example, frame, width] + block(values). Each example's result is the same in any batch and on any number of
/// threads.
[[nodiscard]] at::Tensor run_block(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation,
                                   BlockTrace& trace);

struct BlockGradients {
  at::Tensor values;
  BlockWeights weights;
};

/// Of `gradient`, that of the result of run_block.
[[nodiscard]] BlockGradients block_gradients(const BlockWeights& weights, const at::Tensor& values,
                                             std::int64_t dilation, const BlockTrace& trace,
                                             const at::Tensor& gradient);

/// run_block for autograd, which keeps a trace of its own where a gradient is asked for and uses `spare` where not.
[[nodiscard]] at::Tensor fused_block(const BlockWeights& weights, const at::Tensor& values, std::int64_t dilation,
                                     BlockTrace& spare);

}  // namespace veery::separation
