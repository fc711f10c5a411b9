#pragma once
// Digests: SHA-256 for files and fingerprints, MD5 for TFDS's row order, XXH3 for rows and ids.
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace veery {

using Md5 = std::array<std::uint8_t, 16>;

/// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void update(std::span<const std::byte> bytes);
  /// Lower-case hexadecimal; the object is spent afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct FileDigest {
  std::int64_t bytes = 0;
  std::string sha256;
};

[[nodiscard]] std::string sha256_hex(std::string_view text);
/// Reads the file in pieces. Throws Error.
[[nodiscard]] FileDigest digest_file(const std::filesystem::path& path);
[[nodiscard]] Md5 md5(std::string_view text);
[[nodiscard]] std::uint64_t xxh3_64(std::span<const std::byte> bytes);
/// Of a file's bytes, read in pieces. Throws Error.
[[nodiscard]] std::uint64_t xxh3_64_of_file(const std::filesystem::path& path);
/// Sixteen lower-case hexadecimal digits.
[[nodiscard]] std::string hex64(std::uint64_t value);

}  // namespace veery
