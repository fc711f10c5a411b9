#pragma once
#include <filesystem>

namespace veery {

/// A folder that only we can read, of a name that nobody can foresee; gone, with all in it, when the object is.
class TemporaryFolder {
 public:
  /// In `parent`. Throws Error.
  explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path());
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace veery
