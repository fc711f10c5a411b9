#pragma once
// Nothing half-written is ever visible: files are written beside their place and renamed into it.
#include <filesystem>
#include <string>
#include <string_view>

namespace veery {

/// A file under construction at `.NAME.staged` beside its final place. `publish` makes it visible;
/// a StagedFile that is destroyed unpublished leaves nothing behind. Not thread-safe.
class StagedFile {
 public:
  /// Creates missing parent folders. Throws Error when they can't be created.
  explicit StagedFile(std::filesystem::path final_path);
  ~StagedFile();
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  /// Where to write until `publish`; a leftover of an earlier run is already removed.
  [[nodiscard]] const std::filesystem::path& path() const { return staged_path_; }

  /// Flushes the bytes to the device, renames, flushes the folder. Throws Error on failure.
  void publish();

 private:
  std::filesystem::path final_path_;
  std::filesystem::path staged_path_;
  bool published_ = false;
};

/// Publishes a whole text as `path`.
void publish_text(const std::filesystem::path& path, std::string_view text);

/// Whether `path` has the name of a staged file (left by a killed run; safe to remove).
[[nodiscard]] bool is_staged(const std::filesystem::path& path);

/// Creates `path` and its parents. Throws Error.
void create_folder(const std::filesystem::path& path);

/// The whole file. Throws Error.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

}  // namespace veery
