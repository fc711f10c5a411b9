#pragma once
// A folder in which a file is built, on a node's own disk. It is locked while its process lives, so that what a killed
// one left can be told from what is in use.
#include <filesystem>

#include <veery/base/file_descriptor.hpp>

namespace veery {

/// `veery-scratch-HOST-PID-XXXXXX`; gone, with the files in it, when the object is.
class ScratchFolder {
 public:
  /// In `parent`. Without a lock where the file system has none. Throws SystemError.
  explicit ScratchFolder(const std::filesystem::path& parent);
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }

 private:
  FileDescriptor folder_;
};

/// Removes the scratch folders that processes of this user on this machine left in `parent`: those that nobody has
/// locked. None where the file system has no locks, and none that can't be removed. From any number of processes.
void remove_abandoned_scratch_folders(const std::filesystem::path& parent);

}  // namespace veery
