#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/output_folder.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// Whether there is something of that name; a link is an Error.
bool exists_as_no_link(const FileDescriptor& folder, const std::string& name) {
  struct stat status {};
  if (::fstatat(folder.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return false;
  if (!S_ISLNK(status.st_mode)) return true;
  throw Error{"a symbolic link inside the output folder", (folder.path() / name).string(),
              "it could lead outside: remove it, or choose another --output"};
}

/// The folder `name` in `parent`, made if need be; a new one's name is flushed, as a file's is when it is published.
FileDescriptor enter(const FileDescriptor& parent, const std::string& name) {
  if (!exists_as_no_link(parent, name)) {
    if (::mkdirat(parent.get(), name.c_str(), 0777) == 0) {
      parent.flush();
    } else if (errno != EEXIST) {  // another thread or rank may have been faster
      throw system_error("cannot create folder", parent.path() / name, errno);
    }
  }
  return FileDescriptor::open_in(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

}  // namespace

OutputFolder::OutputFolder(fs::path root, fs::path scratch) : root_(std::move(root)), scratch_(std::move(scratch)) {}

OutputFolder OutputFolder::below(std::string_view folder) const {
  OutputFolder inner = *this;
  inner.prefix_ = relative(folder);
  return inner;
}

fs::path OutputFolder::relative(std::string_view name) const {
  const std::string padded = "/" + std::string{name} + "/";
  for (const char* const part : {"//", "/./", "/../"}) {
    if (padded.find(part) == std::string::npos) continue;
    throw Error{"not the name of a file below the output folder", name, "a defect: report it"};
  }
  return prefix_ / name;
}

fs::path OutputFolder::path(std::string_view name) const {
  return root_ / relative(name);
}

/// Nothing there has the name of a link.
FileDescriptor OutputFolder::enter_parent_of(const fs::path& below_root) const {
  create_folder(root_);
  FileDescriptor folder = FileDescriptor::open(root_, O_RDONLY | O_DIRECTORY);
  for (const fs::path& part : below_root.parent_path()) folder = enter(folder, part.string());
  exists_as_no_link(folder, below_root.filename().string());
  return folder;
}

StagedFile OutputFolder::stage(std::string_view name) const {
  const fs::path below_root = relative(name);
  return StagedFile{enter_parent_of(below_root), root_ / below_root, scratch_};
}

void OutputFolder::adopt(const fs::path& built, std::string_view name) const {
  const fs::path below_root = relative(name);
  const FileDescriptor folder = enter_parent_of(below_root);
  if (::renameat(AT_FDCWD, built.c_str(), folder.get(), below_root.filename().c_str()) != 0 && errno != ENOENT)
    throw system_error("cannot rename to", root_ / below_root, errno);
  folder.flush();
}

void OutputFolder::publish_text(std::string_view name, std::string_view text) const {
  StagedFile staged = stage(name);
  staged.create().write_at(0, std::as_bytes(std::span{text}));
  staged.publish();
}

}  // namespace veery
