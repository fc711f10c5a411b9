#pragma once
// A POSIX file descriptor with whole reads and writes (short transfers and EINTR are retried).
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace veery {

/// Owns one descriptor; move-only. `read_at` and `write_at` may be called from several threads.
class FileDescriptor {
 public:
  /// Opens with O_CLOEXEC and mode 0666 less the umask. Throws Error naming the path.
  [[nodiscard]] static FileDescriptor open(const std::filesystem::path& path, int flags);
  /// A nameless temporary file in `folder`: gone when closed, whatever happens. Throws Error.
  [[nodiscard]] static FileDescriptor open_temporary(const std::filesystem::path& folder);

  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] std::int64_t size() const;

  /// Reads until `bytes` is full or the file ends; returns the count. Throws Error.
  std::size_t read_at(std::int64_t offset, std::span<std::byte> bytes) const;
  /// Writes all of `bytes`. Throws Error.
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);

 private:
  FileDescriptor(int descriptor, std::filesystem::path path);
  int descriptor_ = -1;
  std::filesystem::path path_;
};

}  // namespace veery
