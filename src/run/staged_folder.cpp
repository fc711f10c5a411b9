#include "run/staged_folder.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// Absolute, links followed, without a slash at the end.
fs::path clean(const fs::path& path) {
  fs::path whole = fs::weakly_canonical(fs::absolute(path));
  return whole.has_filename() ? whole : whole.parent_path();
}

void empty_but_lease(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator{folder})
    if (entry.path().filename() != output_name::kLease) fs::remove_all(entry.path());
}

}  // namespace

fs::path StagedFolder::path_for(const fs::path& final_path) {
  const fs::path place = clean(final_path);
  return place.parent_path() / ("." + place.filename().string() + ".staged");
}

StagedFolder::StagedFolder(const fs::path& final_path) : final_path_(clean(final_path)), path_(path_for(final_path)) {
  std::error_code failure;
  if (fs::exists(final_path_, failure) && !(fs::is_directory(final_path_) && fs::is_empty(final_path_)))
    throw UsageError{"there is something already", final_path.string(), "name a new folder"};
  create_folder(path_);
  lease_ = std::make_unique<Lease>(path_, LeaseTiming{});
  empty_but_lease(path_);
}

StagedFolder::~StagedFolder() {
  if (!lease_) return;
  std::error_code ignored;
  lease_.reset();
  fs::remove_all(path_, ignored);
}

void StagedFolder::publish() {
  lease_.reset();
  if (std::rename(path_.c_str(), final_path_.c_str()) != 0) {
    const int cause = errno;
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    throw system_error("cannot give the folder its name", final_path_, cause);
  }
  FileDescriptor::open(final_path_.parent_path(), O_RDONLY | O_DIRECTORY).flush();
}

}  // namespace veery
