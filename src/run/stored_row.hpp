#pragma once
// A row as its shard stores it: the mixture's samples, then each stem's, all stems times one gain.
#include <cstddef>
#include <span>
#include <vector>

#include <veery/separation/stitcher.hpp>
#include <veery/shards/example.hpp>

namespace veery {

struct StoredRow {
  std::vector<std::byte> bytes;
  float stem_gain = 1.0F;  ///< a power of two, below 1 where a stem would be clipped
};

[[nodiscard]] StoredRow store_row(AudioType type, std::span<const float> mixture,
                                  std::span<const std::span<const float>> stems);

}  // namespace veery
