// The C library's file functions, with faults. Which and when: faults.hpp.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "faults.hpp"

namespace {

using faults::Call;
using faults::Kind;
using faults::Operation;

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int descriptor) {
  std::array<char, 32> link{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink(link.data(), path.data(), path.size());
  return length > 0 ? std::string{path.data(), static_cast<std::size_t>(length)} : std::string{};
}

std::string path_at(int folder, const char* name) {
  if (*name == '/') return name;
  if (folder != AT_FDCWD) return path_of(folder) + "/" + name;
  std::array<char, 4096> here{};
  return ::getcwd(here.data(), here.size()) == nullptr ? name : std::string{here.data()} + "/" + name;
}

bool is_regular(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

/// Runs `real` between the two places where the process may be killed. -1 with errno for a fault.
template <typename Real>
auto with_faults(const Call& call, bool may_fail, Real&& real) -> decltype(real()) {
  const bool kill_here = faults::is_kill_point(call);
  faults::kill_if(kill_here, "before");
  if (may_fail) {
    if (const auto kind = faults::choose_fault(call)) {
      errno = faults::errno_of(*kind);
      return -1;
    }
  }
  const auto result = real();
  const int error_number = errno;
  faults::kill_if(kill_here, "after");
  errno = error_number;
  return result;
}

/// `real` moves at most the bytes it is given.
template <typename Real>
ssize_t transfer(Operation operation, int descriptor, off_t offset, std::size_t bytes, Real&& real) {
  const int error_number = errno;
  const std::string path = path_of(descriptor);
  errno = error_number;
  if (!path.starts_with('/') || path.starts_with("/dev/") || !is_regular(descriptor)) return real(bytes);
  const Call call{operation, path, offset < 0 ? ::lseek(descriptor, 0, SEEK_CUR) : offset, descriptor, {}};
  const bool kill_here = faults::is_kill_point(call);
  faults::kill_if(kill_here, "before");
  const auto kind = faults::choose_fault(call);
  if (kind && *kind != Kind::short_read && *kind != Kind::short_write) {
    errno = faults::errno_of(*kind);
    return -1;
  }
  const ssize_t count = real(kind ? std::max<std::size_t>(bytes / 2, std::min<std::size_t>(bytes, 1)) : bytes);
  const int after = errno;
  faults::kill_if(kill_here, "after");
  if (operation == Operation::read) faults::act_on_recording(call, count);
  errno = after;
  return count;
}

template <typename Real>
int open_with_faults(int folder, const char* name, int flags, Real&& real) {
  const Call call{Operation::open, path_at(folder, name), 0, -1, {}};
  const int descriptor = with_faults(call, (flags & O_CREAT) != 0, real);
  faults::forget_descriptor(descriptor);
  return descriptor;
}

mode_t mode_argument(int flags, va_list arguments) {
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

#define OPEN(NAME)                                                                           \
  int NAME(const char* name, int flags, ...) {                                               \
    static auto* const real = next<int(const char*, int, ...)>(#NAME);                       \
    va_list arguments;                                                                       \
    va_start(arguments, flags);                                                              \
    const mode_t mode = mode_argument(flags, arguments);                                     \
    va_end(arguments);                                                                       \
    return open_with_faults(AT_FDCWD, name, flags, [&] { return real(name, flags, mode); }); \
  }
#define OPENAT(NAME)                                                                               \
  int NAME(int folder, const char* name, int flags, ...) {                                         \
    static auto* const real = next<int(int, const char*, int, ...)>(#NAME);                        \
    va_list arguments;                                                                             \
    va_start(arguments, flags);                                                                    \
    const mode_t mode = mode_argument(flags, arguments);                                           \
    va_end(arguments);                                                                             \
    return open_with_faults(folder, name, flags, [&] { return real(folder, name, flags, mode); }); \
  }
#define PREAD(NAME)                                                                      \
  ssize_t NAME(int descriptor, void* bytes, size_t count, off_t offset) {                \
    static auto* const real = next<ssize_t(int, void*, size_t, off_t)>(#NAME);           \
    return transfer(Operation::read, descriptor, offset, count,                          \
                    [&](size_t most) { return real(descriptor, bytes, most, offset); }); \
  }
#define PWRITE(NAME)                                                                     \
  ssize_t NAME(int descriptor, const void* bytes, size_t count, off_t offset) {          \
    static auto* const real = next<ssize_t(int, const void*, size_t, off_t)>(#NAME);     \
    return transfer(Operation::write, descriptor, offset, count,                         \
                    [&](size_t most) { return real(descriptor, bytes, most, offset); }); \
  }
#define FLUSH(NAME)                                                                                                 \
  int NAME(int descriptor) {                                                                                        \
    static auto* const real = next<int(int)>(#NAME);                                                                \
    return with_faults({Operation::fsync, path_of(descriptor), 0, -1, {}}, true, [&] { return real(descriptor); }); \
  }

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)
PREAD(pread)
PREAD(pread64)
PWRITE(pwrite)
PWRITE(pwrite64)
FLUSH(fsync)
FLUSH(fdatasync)

ssize_t read(int descriptor, void* bytes, size_t count) {
  static auto* const real = next<ssize_t(int, void*, size_t)>("read");
  return transfer(Operation::read, descriptor, -1, count, [&](size_t most) { return real(descriptor, bytes, most); });
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return transfer(Operation::write, descriptor, -1, count, [&](size_t most) { return real(descriptor, bytes, most); });
}

int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return with_faults({Operation::rename, path_at(AT_FDCWD, from), 0, -1, path_at(AT_FDCWD, to)}, true,
                     [&] { return real(from, to); });
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  static auto* const real = next<int(int, const char*, int, const char*)>("renameat");
  return with_faults({Operation::rename, path_at(from_folder, from), 0, -1, path_at(to_folder, to)}, true,
                     [&] { return real(from_folder, from, to_folder, to); });
}

int unlink(const char* name) noexcept {
  static auto* const real = next<int(const char*)>("unlink");
  return with_faults({Operation::unlink, path_at(AT_FDCWD, name), 0, -1, {}}, false, [&] { return real(name); });
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  static auto* const real = next<int(int, const char*, int)>("unlinkat");
  return with_faults({Operation::unlink, path_at(folder, name), 0, -1, {}}, false,
                     [&] { return real(folder, name, flags); });
}

int dup3(int from, int to, int flags) noexcept {
  static auto* const real = next<int(int, int, int)>("dup3");
  faults::forget_descriptor(to);
  return real(from, to, flags);
}

int close(int descriptor) {
  static auto* const real = next<int(int)>("close");
  faults::forget_descriptor(descriptor);
  return real(descriptor);
}
}
