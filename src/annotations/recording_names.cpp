#include <algorithm>
#include <utility>
#include <vector>

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

/// Takes the last folders of both off while they are the same; how many these are.
int take_common(std::string_view& left, std::string_view& right) {
  int common = 0;
  for (; !left.empty() && !right.empty() && name_in(left) == name_in(right); ++common) {
    left = folder_in(left);
    right = folder_in(right);
  }
  return common;
}

}  // namespace

RecordingNames::RecordingNames(const ArchiveIndex& index, std::string archive) : archive_(std::move(archive)) {
  for (std::size_t i = 0; i < index.recordings.size(); ++i) add(index.recordings[i].path, i);
  for (const RefusedRecording& refused : index.refused) add(refused.path, kRefused);
}

void RecordingNames::add(const std::string& path, std::size_t place) {
  by_stem_.emplace(without_extension(name_in(path)), Candidate{path, place});
}

RecordingNames::Fit RecordingNames::fit(const Candidate& candidate, std::string_view path, int likeness) const {
  std::string_view own = folder_in(candidate.path);
  std::string_view named = folder_in(path);
  int agreement = own == named ? 1 : 0;
  agreement += take_common(own, named);
  if (own.empty()) {
    own = archive_;
    agreement += take_common(own, named);
  }
  return {agreement, name_in(candidate.path) == name_in(path) ? 3 : likeness};
}

std::variant<FoundRecording, RowFault> RecordingNames::find(std::string_view name, std::string_view folder) const {
  std::string path = (folder.empty() ? "" : std::string{folder} + "/") + std::string{name};
  std::replace(path.begin(), path.end(), '\\', '/');
  Fit best;
  std::vector<const Candidate*> found;  // that fit best
  const auto look_for = [&](std::string_view stem, int likeness) {
    const auto [first, last] = by_stem_.equal_range(stem);
    for (auto entry = first; entry != last; ++entry) {
      const Fit own = fit(entry->second, path, likeness);
      if (own > best) found.clear();
      if (own >= best) found.push_back(&entry->second);
      best = std::max(best, own);
    }
  };
  const std::string_view file = name_in(path);
  look_for(without_extension(file), 1);
  if (without_extension(file) != file) look_for(file, 2);  // a stem that holds a dot
  const auto chosen = std::find_if(found.begin(), found.end(), [](const Candidate* one) { return one->is_usable(); });
  if (chosen == found.end()) return RowFault::unknown_recording;
  const bool is_meant = std::all_of(found.begin(), found.end(), [&](const Candidate* other) {
    return other == *chosen || (!other->is_usable() && folder_in(other->path) == folder_in((*chosen)->path));
  });
  if (!is_meant) return RowFault::ambiguous_recording;
  return FoundRecording{(*chosen)->place, std::string{folder_in(path)}, best.agreement};
}

std::variant<FoundRecording, RowFault> RecordingNames::find_of_table(std::string_view table_path) const {
  for (std::string_view path = table_path; without_extension(path) != path;) {
    path = without_extension(path);
    const auto found = find(path);
    if (!std::holds_alternative<RowFault>(found) || std::get<RowFault>(found) != RowFault::unknown_recording)
      return found;
  }
  return RowFault::unknown_recording;
}

}  // namespace veery
