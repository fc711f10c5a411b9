#pragma once
// Perch's conversion of audio for its datasets.
#include <cstddef>
#include <cstdint>
#include <span>

#include <veery/shards/example.hpp>

namespace veery {

/// Clips to [-1, 1 - 2^-15], multiplies by 32768 and cuts off the fraction (toward zero, no rounding); NaN becomes 0.
/// Throws Error when the sizes differ.
void to_int16(std::span<const float> samples, std::span<std::int16_t> converted);

/// The way back for samples as a shard stores them: int16 divided by 32768, float32 as it is. Throws Error when the
/// sizes do not fit.
void to_float(AudioType type, std::span<const std::byte> stored, std::span<float> samples);

}  // namespace veery
