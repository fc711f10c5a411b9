#pragma once
// Perch's conversion of audio for its datasets.
#include <cstdint>
#include <span>

namespace veery {

/// Clips to [-1, 1 - 2^-15], multiplies by 32768 and cuts off the fraction (toward zero, no rounding); NaN becomes 0.
/// Throws Error when the sizes differ.
void to_int16(std::span<const float> samples, std::span<std::int16_t> converted);

}  // namespace veery
