#pragma once
// A LevelDB table with one data block of any content, everything around it as it should be.
#include <cstdint>
#include <span>
#include <string>

#include <veery/base/crc32c.hpp>

namespace veery::fuzz {

inline std::string fixed32(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xFFU);
  return bytes;
}

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80U; value >>= 7U) bytes += static_cast<char>((value & 0x7FU) | 0x80U);
  return bytes + static_cast<char>(value);
}

/// Appends a block, its compression (none) and its checksum. Returns its handle: where it is, how long.
inline std::string append_block(std::string& table, const std::string& content) {
  const std::string stored = content + '\0';
  const std::uint32_t crc = mask_crc(crc32c(std::as_bytes(std::span{stored})));
  std::string handle = varint(table.size()) + varint(content.size());
  table += stored + fixed32(crc);
  return handle;
}

inline std::string table_around(const std::string& entries) {
  const std::string one_restart = fixed32(0) + fixed32(1);
  std::string table;
  const std::string entries_at = append_block(table, entries);
  const std::string metaindex_at = append_block(table, one_restart);
  const std::string last_key(8, '\xff');
  const std::string index_entry =
      varint(0) + varint(last_key.size()) + varint(entries_at.size()) + last_key + entries_at;
  const std::string index_at = append_block(table, index_entry + one_restart);
  std::string footer = metaindex_at + index_at;
  footer.resize(40, '\0');
  return table + footer + fixed32(0x8b80fb57U) + fixed32(0xdb477524U);  // LevelDB's magic number
}

}  // namespace veery::fuzz
