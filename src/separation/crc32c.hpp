#pragma once
// CRC-32C (Castagnoli), as LevelDB and TensorFlow store it: masked, because checksums of checksums are weak.
#include <cstddef>
#include <cstdint>
#include <span>

namespace veery::separation {

[[nodiscard]] std::uint32_t crc32c(std::span<const std::byte> bytes);

[[nodiscard]] constexpr std::uint32_t mask_crc(std::uint32_t crc) {
  return ((crc >> 15U) | (crc << 17U)) + 0xa282ead8U;
}

}  // namespace veery::separation
