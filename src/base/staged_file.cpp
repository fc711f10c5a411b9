#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kStagedSuffix = ".staged";

void flush_to_device(const fs::path& path, int flags) {
  const FileDescriptor file = FileDescriptor::open(path, flags);
  // Some file systems refuse fsync on folders (EINVAL); the rename is still atomic there.
  if (::fsync(file.get()) != 0 && errno != EINVAL) throw system_error("cannot flush", path, errno);
}

}  // namespace

void create_folder(const fs::path& path) {
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) throw system_error("cannot create folder", path, failure.value());
}

StagedFile::StagedFile(fs::path final_path)
    : final_path_(std::move(final_path)),
      staged_path_(final_path_.parent_path() / ("." + final_path_.filename().string() + std::string{kStagedSuffix})) {
  if (final_path_.has_parent_path()) create_folder(final_path_.parent_path());
  std::error_code ignored;
  fs::remove(staged_path_, ignored);
}

StagedFile::~StagedFile() {
  if (!published_) ::unlink(staged_path_.c_str());
}

void StagedFile::publish() {
  flush_to_device(staged_path_, O_RDONLY);
  if (std::rename(staged_path_.c_str(), final_path_.c_str()) != 0) {
    throw system_error("cannot rename to", final_path_, errno);
  }
  published_ = true;
  const fs::path folder = final_path_.has_parent_path() ? final_path_.parent_path() : fs::path{"."};
  flush_to_device(folder, O_RDONLY | O_DIRECTORY);
}

void publish_text(const fs::path& path, std::string_view text) {
  StagedFile staged{path};
  {
    FileDescriptor file = FileDescriptor::open(staged.path(), O_WRONLY | O_CREAT | O_TRUNC);
    file.write_at(0, std::as_bytes(std::span{text}));
  }
  staged.publish();
}

bool is_staged(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.starts_with('.') && name.ends_with(kStagedSuffix);
}

std::string read_text(const fs::path& path) {
  const FileDescriptor file = FileDescriptor::open(path, O_RDONLY);
  std::string text(static_cast<std::size_t>(file.size()), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span{text})));
  return text;
}

}  // namespace veery
