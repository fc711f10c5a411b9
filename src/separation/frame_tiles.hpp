#pragma once
// Activations cut along frames into tiles that fit a core's cache. Working through them tile by tile spares most of
// the way to memory, and the allocator hands the memory of one tile to the next instead of asking the kernel.
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace veery::separation {

/// Each [batch, frame, channel]; all but the last have the same number of frames.
using FrameTiles = std::vector<at::Tensor>;

/// Views of `values`. On a GPU one tile: there large pieces of work are better.
[[nodiscard]] FrameTiles cut_frames(const at::Tensor& values);

[[nodiscard]] at::Tensor join_frames(const FrameTiles& tiles);

/// Calls `each` with the number of every tile. The tiles are shared out among ATen's threads, which so wait for one
/// another once, and not at every operation on a tile.
void for_each_tile(const FrameTiles& tiles, const std::function<void(std::size_t number)>& each);

/// What lies `offset` frames after each frame of a tile; zeros beyond both ends.
[[nodiscard]] at::Tensor shifted_tile(const FrameTiles& tiles, std::size_t number, std::int64_t offset);

}  // namespace veery::separation
