#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStagedSuffix = ".staged";
constexpr std::size_t kCopiedAtOnce = std::size_t{8} << 20U;
constexpr std::size_t kReadAtOnce = std::size_t{64} << 10U;

FileDescriptor open_parent(const fs::path& path) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path{"."};
  create_folder(folder);
  return FileDescriptor::open(folder, O_RDONLY | O_DIRECTORY);
}

/// A pipe can't be read at a place, and a file of /proc has no size.
std::string read_to_end(const FileDescriptor& file) {
  std::string text;
  std::vector<char> piece(kReadAtOnce);
  while (const ssize_t count = ::read(file.get(), piece.data(), piece.size())) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot read", file.path(), errno);
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return text;
}

FileDescriptor create_fresh(const FileDescriptor& folder, const std::string& name) {
  ::unlinkat(folder.get(), name.c_str(), 0);
  return FileDescriptor::open_in(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
}

}  // namespace

void create_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw system_error("cannot create folder", path, failure.value());
}

StagedFile::StagedFile(const fs::path& final_path) : StagedFile(open_parent(final_path), final_path, {}) {}

StagedFile::StagedFile(FileDescriptor folder, fs::path final_path, const fs::path& scratch)
    : folder_(std::move(folder)),
      final_path_(std::move(final_path)),
      staged_name_("." + final_path_.filename().string() + std::string{kStagedSuffix}) {
  ::unlinkat(folder_.get(), staged_name_.c_str(), 0);
  build_path_ = final_path_.parent_path() / staged_name_;
  if (scratch.empty()) return;
  scratch_folder_.emplace(scratch);
  build_path_ = scratch_folder_->path() / final_path_.filename();
}

StagedFile::~StagedFile() {
  if (!published_) ::unlinkat(folder_.get(), staged_name_.c_str(), 0);
}

FileDescriptor StagedFile::create() const {
  return FileDescriptor::open(build_path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW);
}

void StagedFile::copy_from_scratch() {
  const FileDescriptor built = FileDescriptor::open(build_path_, O_RDONLY | O_NOFOLLOW);
  FileDescriptor staged = create_fresh(folder_, staged_name_);
  std::vector<std::byte> piece(std::min(kCopiedAtOnce, static_cast<std::size_t>(built.size()) + 1));
  std::int64_t copied = 0;
  while (const std::size_t count = built.read_at(copied, piece)) {
    staged.write_at(copied, std::span{piece}.first(count));
    copied += static_cast<std::int64_t>(count);
  }
}

void StagedFile::publish() {
  if (scratch_folder_) copy_from_scratch();
  FileDescriptor::open_in(folder_, staged_name_, O_RDONLY | O_NOFOLLOW).flush();
  const std::string name = final_path_.filename().string();
  if (::renameat(folder_.get(), staged_name_.c_str(), folder_.get(), name.c_str()) != 0) {
    throw system_error("cannot rename to", final_path_, errno);
  }
  published_ = true;
  folder_.flush();
}

void publish_text(const fs::path& path, std::string_view text) {
  StagedFile staged{path};
  staged.create().write_at(0, std::as_bytes(std::span{text}));
  staged.publish();
}

bool is_staged(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') && name.ends_with(kStagedSuffix);
}

std::string read_text(const fs::path& path) {
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  const std::int64_t size = file.size();
  if (size == 0) return read_to_end(file);
  std::string text(static_cast<std::size_t>(size), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span{text})));
  return text;
}

}  // namespace veery
