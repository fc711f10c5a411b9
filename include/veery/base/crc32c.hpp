#pragma once
// CRC-32C (Castagnoli), as LevelDB and TensorFlow store it: masked, because checksums of checksums are weak.
#include <cstddef>
#include <cstdint>
#include <span>

namespace veery {

/// By the processor's own instruction where it has one (SSE 4.2, Armv8), else by tables. `before`: the checksum of what
/// comes before these bytes, 0 for nothing.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

/// By tables alone: the same value.
[[nodiscard]] std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t before = 0);

[[nodiscard]] constexpr std::uint32_t mask_crc(std::uint32_t crc) {
  return ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U;
}

}  // namespace veery
