#pragma once
// Nothing half-written is ever visible: files are written beside their place and renamed into it.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <veery/base/file_descriptor.hpp>
#include <veery/base/scratch_folder.hpp>

namespace veery {

/// A file under construction at `.NAME.staged` beside its final place, or in a scratch folder. `publish` makes it
/// visible; a StagedFile that is destroyed unpublished leaves nothing behind. Not thread-safe.
class StagedFile {
 public:
  /// Creates missing parent folders. Throws Error when they can't be created.
  explicit StagedFile(const std::filesystem::path& final_path);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  /// Where to write until `publish`: nothing has that name, what an earlier run left is already removed. To be
  /// created with O_EXCL.
  [[nodiscard]] const std::filesystem::path& path() const { return build_path_; }
  [[nodiscard]] const std::filesystem::path& final_path() const { return final_path_; }

  /// Creates the file, empty, for reading and writing. Throws Error.
  [[nodiscard]] FileDescriptor create() const;

  /// Flushes the bytes to the device, renames, flushes the folder; from a scratch folder the bytes are copied
  /// first. Throws Error on failure.
  void publish();

 private:
  friend class OutputFolder;
  /// `folder`: open, where the file belongs. `scratch`: where it is built; empty: there too.
  StagedFile(FileDescriptor folder, std::filesystem::path final_path, const std::filesystem::path& scratch);
  void copy_from_scratch();

  FileDescriptor folder_;
  std::filesystem::path final_path_;
  std::string staged_name_;
  std::optional<ScratchFolder> scratch_folder_;  ///< of this file alone
  std::filesystem::path build_path_;
  bool published_ = false;
};

/// Publishes a whole text as `path`.
void publish_text(const std::filesystem::path& path, std::string_view text);

/// Whether `path` has the name of a staged file (left by a killed run; safe to remove).
[[nodiscard]] bool is_staged(const std::filesystem::path& path);

/// Creates `path` and its parents. Throws Error.
void create_folder(const std::filesystem::path& path);

/// The whole file, or a pipe to its end. Throws Error.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

}  // namespace veery
