#pragma once
// A POSIX file descriptor with whole reads and writes: short transfers and EINTR are continued, and reads that fail in
// a way that may pass (a file server that restarts) are tried again.
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace veery {

/// How often a failed read is tried, and how long to wait in between: by default 4 s in all.
struct RetryPolicy {
  int tries = 5;  ///< the first one included
  std::chrono::milliseconds first_pause{50};
  int factor = 4;  ///< from pause to pause
};

/// Whether a read that failed so may succeed later: EIO, ESTALE, ETIMEDOUT, EAGAIN and the like.
[[nodiscard]] bool may_pass(int error_number);

/// Owns one descriptor; move-only. `read_at` and `write_at` may be called from several threads.
class FileDescriptor {
 public:
  /// Opens with O_CLOEXEC and mode 0666 less the umask. For reading alone, opening is tried again too. Throws
  /// SystemError naming the path.
  [[nodiscard]] static FileDescriptor open(const std::filesystem::path& path, int flags, const RetryPolicy& retry = {});
  /// The same for `name`, one file or folder in the folder that `folder` has open.
  [[nodiscard]] static FileDescriptor open_in(const FileDescriptor& folder, const std::string& name, int flags);
  /// A nameless temporary file in `folder`: gone when closed, whatever happens. Throws SystemError.
  [[nodiscard]] static FileDescriptor open_temporary(const std::filesystem::path& folder);

  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor();

  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::int64_t size() const;

  /// Reads until `bytes` is full or the file ends; returns the count. A stale handle of a file server (ESTALE) is
  /// opened again by its path, if the same file is still there. Throws SystemError when trying did not help.
  std::size_t read_at(std::int64_t offset, std::span<std::byte> bytes) const;
  /// Failed reads that were tried again.
  [[nodiscard]] std::int64_t retries() const { return retries_; }

  /// Writes all of `bytes`. Throws SystemError.
  void write_at(std::int64_t offset, std::span<const std::byte> bytes);
  /// To the device. File systems that refuse that for folders are let be. Throws SystemError.
  void flush() const;

 private:
  /// What tells whether a path still leads to the file that was opened.
  struct Identity {
    std::uint64_t inode = 0;
    std::int64_t bytes = 0;
    std::int64_t changed_s = 0;
    bool operator==(const Identity&) const = default;
  };

  FileDescriptor(int descriptor, std::filesystem::path path);
  [[nodiscard]] static Identity identify(int descriptor);
  void reopen() const;

  int descriptor_ = -1;
  std::filesystem::path path_;
  RetryPolicy retry_;
  Identity identity_;  ///< of files opened for reading alone
  mutable std::atomic<std::int64_t> retries_{0};
};

}  // namespace veery
