#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// The pauses of a policy, one after another.
class Retry {
 public:
  explicit Retry(const RetryPolicy& policy) : policy_(policy), pause_(policy.first_pause) {}

  /// Waits and returns true, or returns false when there is nothing left to try.
  bool again(int error_number) {
    if (!may_pass(error_number) || ++failures_ >= policy_.tries) return false;
    std::this_thread::sleep_for(pause_);
    pause_ *= policy_.factor;
    return true;
  }

 private:
  const RetryPolicy& policy_;
  std::chrono::milliseconds pause_;
  int failures_ = 0;
};

bool reads_alone(int flags) {
  return (flags & O_ACCMODE) == O_RDONLY && (flags & (O_DIRECTORY | O_CREAT)) == 0;
}

int open_descriptor(int folder, const char* name, int flags) {
  int descriptor = -1;
  do {
    descriptor = ::openat(folder, name, flags | O_CLOEXEC, 0666);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

}  // namespace

bool may_pass(int error_number) {
  static constexpr std::array kPassing{EIO,      ESTALE,      ETIMEDOUT, EAGAIN,       EREMOTEIO,  ENOTCONN, ESHUTDOWN,
                                       ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ECONNRESET, ENOLINK};
  return std::find(kPassing.begin(), kPassing.end(), error_number) != kPassing.end();
}

FileDescriptor::FileDescriptor(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}

FileDescriptor FileDescriptor::open(const fs::path& path, int flags, const RetryPolicy& retry) {
  Retry attempts{retry};
  std::int64_t retries = 0;
  int descriptor = open_descriptor(AT_FDCWD, path.c_str(), flags);
  while (descriptor < 0) {
    const int error_number = errno;
    if (!reads_alone(flags) || !attempts.again(error_number)) throw system_error("cannot open", path, error_number);
    ++retries;
    descriptor = open_descriptor(AT_FDCWD, path.c_str(), flags);
  }
  FileDescriptor file{descriptor, path};
  file.retry_ = retry;
  file.retries_ = retries;
  if (reads_alone(flags)) file.identity_ = identify(descriptor);
  return file;
}

FileDescriptor FileDescriptor::open_in(const FileDescriptor& folder, const std::string& name, int flags) {
  const int descriptor = open_descriptor(folder.get(), name.c_str(), flags);
  if (descriptor < 0) throw system_error("cannot open", folder.path() / name, errno);
  return {descriptor, folder.path() / name};
}

FileDescriptor FileDescriptor::open_temporary(const fs::path& folder) {
  std::string name = (folder / ".veery-XXXXXX.staged").string();
  const int descriptor = ::mkostemps(name.data(), 7, O_CLOEXEC);
  if (descriptor < 0) throw system_error("cannot create a temporary file in", folder, errno);
  ::unlink(name.c_str());
  return {descriptor, folder / "(temporary file)"};
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      retry_(other.retry_),
      identity_(other.identity_),
      retries_(other.retries_.load()) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(retry_, other.retry_);
  std::swap(identity_, other.identity_);
  retries_ = other.retries_.exchange(retries_);
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::int64_t FileDescriptor::size() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0) throw system_error("cannot stat", path_, errno);
  return status.st_size;
}

FileDescriptor::Identity FileDescriptor::identify(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return {};
  return {status.st_ino, status.st_size, status.st_mtim.tv_sec};
}

/// Under the same number, so that other threads may go on reading.
void FileDescriptor::reopen() const {
  const int fresh = open_descriptor(AT_FDCWD, path_.c_str(), O_RDONLY);
  if (fresh < 0) return;
  if (identify(fresh) == identity_) ::dup3(fresh, descriptor_, O_CLOEXEC);
  ::close(fresh);
}

std::size_t FileDescriptor::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  std::size_t done = 0;
  Retry attempts{retry_};
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0) {
      const int error_number = errno;
      if (error_number == EINTR) continue;
      if (!attempts.again(error_number)) throw system_error("cannot read", path_, error_number);
      ++retries_;
      if (error_number == ESTALE && identity_.inode != 0) reopen();
      continue;
    }
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

void FileDescriptor::write_at(std::int64_t offset, std::span<const std::byte> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot write", path_, errno);
    done += static_cast<std::size_t>(count);
  }
}

void FileDescriptor::flush() const {
  int result = 0;
  do {
    result = ::fsync(descriptor_);
  } while (result != 0 && errno == EINTR);
  // Some file systems refuse fsync on folders (EINVAL); a rename there is still atomic.
  if (result != 0 && errno != EINVAL) throw system_error("cannot flush", path_, errno);
}

}  // namespace veery
