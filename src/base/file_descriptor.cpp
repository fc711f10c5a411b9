#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>

namespace veery {

namespace fs = std::filesystem;

FileDescriptor::FileDescriptor(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}

FileDescriptor FileDescriptor::open(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (descriptor < 0) throw system_error("cannot open", path, errno);
  return {descriptor, path};
}

FileDescriptor FileDescriptor::open_temporary(const fs::path& folder) {
  std::string name = (folder / ".veery-XXXXXX.staged").string();
  const int descriptor = ::mkostemps(name.data(), 7, O_CLOEXEC);
  if (descriptor < 0) throw system_error("cannot create a temporary file in", folder, errno);
  ::unlink(name.c_str());
  return {descriptor, folder / "(temporary file)"};
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
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

std::size_t FileDescriptor::read_at(std::int64_t offset, std::span<std::byte> bytes) const {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pread(descriptor_, bytes.data() + done, bytes.size() - done, offset + static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read", path_, errno);
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

}  // namespace veery
