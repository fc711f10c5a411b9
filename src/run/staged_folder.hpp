#pragma once
// A folder that appears whole or not at all: `.NAME.staged` beside its place until it is published.
#include <filesystem>
#include <memory>

#include <veery/state/lease.hpp>

namespace veery {

class StagedFolder {
 public:
  /// Takes the lease of the staged folder and empties it of what a killed run left. Throws UsageError when another
  /// run is at work there, or when `final_path` holds something.
  explicit StagedFolder(const std::filesystem::path& final_path);
  /// Unpublished, it leaves nothing behind.
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Renames. Throws Error.
  void publish();

  /// Where a folder is built, for ranks that do not own it.
  [[nodiscard]] static std::filesystem::path path_for(const std::filesystem::path& final_path);

 private:
  std::filesystem::path final_path_;
  std::filesystem::path path_;
  std::unique_ptr<Lease> lease_;
};

}  // namespace veery
