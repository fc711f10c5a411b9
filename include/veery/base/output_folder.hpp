#pragma once
// Where a run's files go: by names below one folder, past no symbolic link, and at choice by way of a scratch folder.
#include <filesystem>
#include <string_view>

#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

namespace veery {

/// Names are relative to the root, UTF-8 or any bytes, '/' between folders; an empty name, one with an empty part, "."
/// or ".." is an Error. The root may be or hold a link itself; a link below it, as a folder or as the file, is an
/// Error that names it. A value; may be used from several threads.
class OutputFolder {
 public:
  /// `scratch`: an existing folder, best on the node's own disk, in which files are built; empty: at their place.
  OutputFolder(std::filesystem::path root, std::filesystem::path scratch = {});  // a plain folder will do

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// Where temporary files belong: the scratch folder, or the root.
  [[nodiscard]] const std::filesystem::path& scratch() const { return scratch_.empty() ? root_ : scratch_; }
  /// A folder below this one, with the same root and scratch folder.
  [[nodiscard]] OutputFolder below(std::string_view folder) const;

  /// For reading.
  [[nodiscard]] std::filesystem::path path(std::string_view name) const;
  /// Creates missing folders, the root included. Throws Error.
  [[nodiscard]] StagedFile stage(std::string_view name) const;
  /// Gives a file that is complete and flushed, on the same file system, its place. Where that fails it is still where
  /// it was, and may be tried again; what is no longer there has been given its place. Throws Error.
  void adopt(const std::filesystem::path& built, std::string_view name) const;
  /// Throws Error.
  void publish_text(std::string_view name, std::string_view text) const;

 private:
  [[nodiscard]] std::filesystem::path relative(std::string_view name) const;
  [[nodiscard]] FileDescriptor enter_parent_of(const std::filesystem::path& below_root) const;

  std::filesystem::path root_;
  std::filesystem::path scratch_;
  std::filesystem::path prefix_;  ///< below the root
};

}  // namespace veery
