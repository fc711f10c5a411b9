#include "separation/frame_tiles.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/ThreadLocalState.h>

#include <algorithm>

namespace veery::separation {
namespace {

// Of 512 channels in float32: half a megabyte.
constexpr std::int64_t kRowsOfTile = 256;

}  // namespace

FrameTiles cut_frames(const at::Tensor& values) {
  if (!values.is_cpu()) return {values};
  return at::split(values, std::max<std::int64_t>(kRowsOfTile / values.size(0), 1), 1);
}

at::Tensor join_frames(const FrameTiles& tiles) {
  return at::cat(tiles, 1);
}

void for_each_tile(const FrameTiles& tiles, const std::function<void(std::size_t number)>& each) {
  const at::ThreadLocalState of_caller;  // whether gradients are wanted
  at::parallel_for(0, static_cast<std::int64_t>(tiles.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    const at::ThreadLocalStateGuard as_caller{of_caller};
    for (std::int64_t number = begin; number < end; ++number) each(static_cast<std::size_t>(number));
  });
}

at::Tensor shifted_tile(const FrameTiles& tiles, std::size_t number, std::int64_t offset) {
  const std::int64_t length = tiles.front().size(1);
  const std::int64_t total = length * (static_cast<std::int64_t>(tiles.size()) - 1) + tiles.back().size(1);
  std::int64_t frame = length * static_cast<std::int64_t>(number) + offset;
  const std::int64_t end = frame + tiles[number].size(1);
  std::vector<at::Tensor> pieces;
  while (frame < end) {
    std::int64_t frames = end - frame;
    if (frame < 0 || frame >= total) {
      if (frame < 0) frames = std::min(frames, -frame);
      pieces.push_back(at::zeros({tiles[number].size(0), frames, tiles[number].size(2)}, tiles[number].options()));
    } else {
      const at::Tensor& tile = tiles[static_cast<std::size_t>(frame / length)];
      frames = std::min(frames, tile.size(1) - frame % length);
      pieces.push_back(tile.narrow(1, frame % length, frames));
    }
    frame += frames;
  }
  return pieces.size() == 1 ? pieces.front() : at::cat(pieces, 1);
}

}  // namespace veery::separation
