#pragma once
// What the passes of a fused block share: a batch cut into tiles of frames, and the memory behind tensors.
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ThreadLocalState.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "separation/block_kernels.hpp"
#include "separation/normalise.hpp"

namespace veery::separation {

inline constexpr std::int64_t kFramesOfTile = 256;  // of 256 channels in float32: a quarter of a megabyte

/// A batch cut into tiles of frames, each of one example.
class Tiling {
 public:
  Tiling(const at::Tensor& values, std::int64_t channels)
      : examples_(values.size(0)),
        frames_(values.size(1)),
        channels_(channels),
        per_example_((frames_ + kFramesOfTile - 1) / kFramesOfTile) {}

  [[nodiscard]] std::int64_t tiles() const { return examples_ * per_example_; }

  /// Calls each(tile number, example, rows) on ATen's threads.
  template <typename Each>
  void for_each(Each&& each) const {
    const at::ThreadLocalState of_caller;
    at::parallel_for(0, tiles(), 1, [&](std::int64_t begin, std::int64_t end) {
      const at::ThreadLocalStateGuard as_caller{of_caller};
      const at::NoGradGuard no_gradients;
      for (std::int64_t tile = begin; tile < end; ++tile) each(tile, tile / per_example_, rows_of(tile % per_example_));
    });
  }

  /// Of results [tile, …], summed up over an example's tiles: [example, …].
  [[nodiscard]] at::Tensor sum_up(const at::Tensor& results) const {
    return results.unflatten(0, {examples_, per_example_}).sum(1);
  }

  /// Mean and rate of each example [example, channel] from the moments of its tiles [tile, channel].
  void pool(const at::Tensor& means, const at::Tensor& variances, at::Tensor& mean, at::Tensor& rate) const {
    std::vector<double> frames;
    frames.reserve(static_cast<std::size_t>(per_example_));
    for (std::int64_t tile = 0; tile < per_example_; ++tile) frames.push_back(static_cast<double>(rows_of(tile).count));
    const Moments all = pool_moments(means.unflatten(0, {examples_, per_example_}),
                                     variances.unflatten(0, {examples_, per_example_}), frames);
    mean = all.mean.squeeze(1).contiguous();
    rate = at::rsqrt(all.variance + kNormEpsilon).squeeze(1).contiguous();
  }

 private:
  [[nodiscard]] Rows rows_of(std::int64_t tile_of_example) const {
    const std::int64_t first = tile_of_example * kFramesOfTile;
    return {first, std::min(kFramesOfTile, frames_ - first), frames_, channels_};
  }

  std::int64_t examples_;
  std::int64_t frames_;
  std::int64_t channels_;
  std::int64_t per_example_;
};

/// The rows of one example.
inline at::Tensor rows_in(const at::Tensor& values, std::int64_t example, const Rows& rows) {
  return values.select(0, example).narrow(0, rows.first, rows.count);
}

/// Where number `number` along the first axis begins.
inline const float* read(const at::Tensor& tensor, std::int64_t number) {
  return tensor.const_data_ptr<float>() + number * tensor.stride(0);
}

inline float* write(at::Tensor& tensor, std::int64_t number) {
  return tensor.mutable_data_ptr<float>() + number * tensor.stride(0);
}

}  // namespace veery::separation
