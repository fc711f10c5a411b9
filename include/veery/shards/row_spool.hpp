#pragma once
// The rows of a work unit wait here, on disk, until all are known and their order is: memory stays bounded.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// Fixed-size rows in a nameless temporary file that is gone with the object, or with the process.
class RowSpool {
 public:
  RowSpool(const std::filesystem::path& folder, std::size_t bytes_per_row);

  [[nodiscard]] std::size_t bytes_per_row() const { return bytes_per_row_; }

  /// Returns the row's number. May be called from several threads. Throws Error.
  std::int64_t append(std::span<const std::byte> row);
  void read(std::int64_t row, std::span<std::byte> bytes) const;

 private:
  FileDescriptor file_;
  std::size_t bytes_per_row_;
  std::atomic<std::int64_t> next_row_{0};
};

}  // namespace veery
