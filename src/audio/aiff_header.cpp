#include "audio/aiff_header.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace veery {
namespace {

constexpr int kMostChunks = 10'000;

/// Four bytes at a place; past the end zeros.
std::array<std::uint8_t, 4> four_at(const FileDescriptor& file, std::int64_t offset) {
  std::array<std::uint8_t, 4> bytes{};
  file.read_at(offset, std::as_writable_bytes(std::span{bytes}));
  return bytes;
}

bool is_tag(const std::array<std::uint8_t, 4>& bytes, std::string_view tag) {
  return std::equal(bytes.begin(), bytes.end(), tag.begin(), tag.end());
}

std::int64_t big_endian(const std::array<std::uint8_t, 4>& bytes) {
  std::int64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

}  // namespace

std::optional<std::int64_t> read_aiff_frames(const FileDescriptor& file) {
  const auto kind = four_at(file, 8);
  if (!is_tag(four_at(file, 0), "FORM") || !(is_tag(kind, "AIFF") || is_tag(kind, "AIFC"))) return std::nullopt;
  const std::int64_t end = file.size();
  std::int64_t at = 12;
  for (int chunk = 0; chunk < kMostChunks && at + 8 <= end; ++chunk) {
    if (is_tag(four_at(file, at), "COMM")) return big_endian(four_at(file, at + 10));  // behind size and channels
    const std::int64_t size = big_endian(four_at(file, at + 4));
    at += 8 + size + size % 2;
  }
  return std::nullopt;
}

}  // namespace veery
