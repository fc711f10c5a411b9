#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <utility>

#include <veery/base/file_descriptor.hpp>
#include <veery/hdf5/file.hpp>

#include "hdf5/calls.hpp"

namespace veery::hdf5 {

namespace {

/// A fresh file, so that HDF5 follows no link. A place that can't be written to is told here, in plain words, and HDF5
/// 2.2 aborts the process when a new file's first bytes find no room.
void create_fresh(const std::filesystem::path& path) {
  const std::array<std::byte, 4096> zeros{};
  ::unlink(path.c_str());
  FileDescriptor::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW).write_at(0, zeros);
}

}  // namespace

File::File(LibraryLock lock, Handle handle)
    : lock_(std::move(lock)), handle_(std::move(handle)), root_(call::open_group(handle_.id(), "/")) {}

File::LibraryLock File::lock_library() {
  static std::recursive_mutex library;  // as global as the library's own state
  return LibraryLock{library};
}

File File::create(const std::filesystem::path& path) {
  create_fresh(path);
  LibraryLock lock = lock_library();
  call::start_library();
  const Handle creation = call::property_list(H5P_FILE_CREATE);
  call::omit_times(creation);
  call::keep_attributes_compact(creation);
  call::keep_link_order(creation);
  const Handle access = call::property_list(H5P_FILE_ACCESS);
  // Strict: a dataset left open at close would mean that bytes are written after the file was published.
  call::set_file_access(access, H5F_CLOSE_SEMI);
  return File{std::move(lock), call::create_file(path, creation, access)};
}

File File::open(const std::filesystem::path& path) {
  LibraryLock lock = lock_library();
  call::start_library();
  const Handle access = call::property_list(H5P_FILE_ACCESS);
  call::set_file_access(access, H5F_CLOSE_WEAK);
  return File{std::move(lock), call::open_file(path, access)};
}

File::~File() {
  root_ = Group{Handle{}};
  // A file that can't be flushed can't be closed either: HDF5 would free it and keep its identifier, and crash at
  // the next look at it. It stays open until the process ends.
  if (handle_.is_open() && !call::flush_succeeds(handle_.id())) handle_.release();
}

void File::close() {
  root_ = Group{Handle{}};
  call::flush_file(handle_.id());
  const std::string name = call::object_name(handle_.id());
  call::close_file(handle_.release(), name);
}

}  // namespace veery::hdf5
