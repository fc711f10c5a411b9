#include <algorithm>

#include <veery/annotations/recording_names.hpp>
#include <veery/base/recording_path.hpp>

namespace veery {
namespace {

std::string_view name_in(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // 0 at the top
}

std::string_view folder_in(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

/// Folders in which two paths agree, from the last on.
int common_folders(std::string_view left, std::string_view right) {
  int common = 0;
  for (left = folder_in(left), right = folder_in(right); !left.empty() && !right.empty(); ++common) {
    if (name_in(left) != name_in(right)) break;
    left = folder_in(left);
    right = folder_in(right);
  }
  return common;
}

}  // namespace

RecordingNames::RecordingNames(const ArchiveIndex& index) : index_(index) {
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const std::string_view name = name_in(index.recordings[i].path);
    by_name_[name].push_back(i);
    by_stem_[without_extension(name)].push_back(i);
  }
}

std::variant<std::size_t, RowFault> RecordingNames::nearest(const Found& found, std::string_view path) const {
  int most = -1;
  bool is_alone = true;
  std::size_t best = 0;
  for (const std::size_t i : found) {
    const std::string_view own = index_.recordings[i].path;
    const int common = common_folders(own, path) + (folder_in(own) == folder_in(path) ? 1 : 0);
    if (common == most) is_alone = false;
    if (common <= most) continue;
    most = common;
    is_alone = true;
    best = i;
  }
  if (!is_alone) return RowFault::ambiguous_recording;
  return best;
}

std::variant<std::size_t, RowFault> RecordingNames::find(std::string_view name, std::string_view folder) const {
  std::string path = (folder.empty() ? "" : std::string{folder} + "/") + std::string{name};
  std::replace(path.begin(), path.end(), '\\', '/');
  const std::string_view file = name_in(path);
  if (const auto same_name = by_name_.find(file); same_name != by_name_.end()) return nearest(same_name->second, path);
  auto same_stem = by_stem_.find(without_extension(file));
  if (same_stem == by_stem_.end()) same_stem = by_stem_.find(file);  // a stem that holds a dot
  if (same_stem == by_stem_.end()) return RowFault::unknown_recording;
  return nearest(same_stem->second, path);
}

std::variant<std::size_t, RowFault> RecordingNames::find_of_table(std::string_view table_path) const {
  for (std::string_view path = table_path; without_extension(path) != path;) {
    path = without_extension(path);
    const auto found = find(path);
    if (!std::holds_alternative<RowFault>(found) || std::get<RowFault>(found) != RowFault::unknown_recording)
      return found;
  }
  return RowFault::unknown_recording;
}

}  // namespace veery
