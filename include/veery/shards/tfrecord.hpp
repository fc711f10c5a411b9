#pragma once
// TFRecord files: records one behind the other, each as its length (8 bytes), the masked CRC-32C of the length, the
// payload and its masked CRC-32C, all little-endian.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <veery/base/file_descriptor.hpp>

namespace veery {

inline constexpr std::int64_t kTfrecordFrameBytes = 16;  ///< of each record, beside its payload

/// Adds a record to the bytes of a file.
void append_tfrecord(std::string& bytes, std::string_view payload);

class TfrecordReader {
 public:
  /// Throws SystemError when the file can't be opened.
  explicit TfrecordReader(const std::filesystem::path& path);

  /// The next payload, in order; false at the end of the file. Throws Error naming the file and the record when a
  /// checksum is wrong or the file is cut short; nothing behind that can be trusted.
  bool next(std::string& payload);

 private:
  [[nodiscard]] std::string name_of_next() const;
  void read(std::span<std::byte> bytes);

  FileDescriptor file_;
  std::int64_t size_ = 0;
  std::int64_t offset_ = 0;
  std::int64_t records_ = 0;
};

struct TfrecordTotals {
  std::int64_t records = 0;
  std::int64_t payload_bytes = 0;
};

/// Reads the whole file, with all its checksums. Throws Error.
[[nodiscard]] TfrecordTotals check_tfrecords(const std::filesystem::path& path);

}  // namespace veery
