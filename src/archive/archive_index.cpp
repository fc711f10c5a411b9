#include <algorithm>
#include <cmath>
#include <span>

#include <veery/archive/archive_index.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

/// The folder that holds the file, "." at the top.
std::string folder_of(const std::string& path) {
  const std::size_t end = path.rfind('/');
  return end == std::string::npos ? "." : path.substr(0, end);
}

void describe_place(const AudioMetadata& metadata, const std::optional<SitePattern>& pattern, Recording& recording) {
  if (const std::string* position = metadata.guano.find("Loc Position"); position != nullptr)
    recording.position = position_from_text(*position);
  if (const auto site = pattern ? pattern->find(recording.path) : std::nullopt) {
    recording.site = *site;
    return;
  }
  recording.site = folder_of(recording.path);
  if (pattern) add_remark(recording.remarks, remark::kSiteUnmatched);
}

void describe_start(const AudioMetadata& metadata, const StartTimeOptions& options, Recording& recording) {
  const std::string_view name = std::string_view{recording.path}.substr(recording.path.rfind('/') + 1);
  const auto duration_ms = static_cast<std::int64_t>(std::ceil(recording.claimed_s() * 1000.0));
  StartTime start = decide_start(time_claims(name, metadata, options), options, duration_ms);
  recording.start = start.time;
  recording.start_from = std::move(start.from);
  recording.start_conflicts = std::move(start.conflicts);
  recording.clock_changes = std::move(start.clock_changes);
  recording.remarks = std::move(start.remarks);
}

}  // namespace

double Recording::claimed_s() const {
  return static_cast<double>(audio.claimed_frames) / static_cast<double>(audio.sample_rate_hz);
}

OrRefusal<Recording> probe_recording(const fs::path& archive, const std::string& path, const ProbeOptions& options) {
  auto probed = probe_with_metadata(archive / path);
  if (auto* refusal = std::get_if<Refusal>(&probed)) return std::move(*refusal);
  Recording recording;
  recording.path = path;
  recording.id = xxh3_64(std::as_bytes(std::span{path}));
  std::error_code failure;
  recording.bytes = static_cast<std::int64_t>(fs::file_size(archive / path, failure));
  if (failure) return Refusal{Reason::unreadable, failure.message()};
  auto& [info, metadata] = std::get<ProbedAudio>(probed);
  recording.audio = std::move(info);
  describe_start(metadata, options.start, recording);
  if (!metadata.left_out.empty()) add_remark(recording.remarks, remark::kMetadataLeftOut);
  describe_place(metadata, options.site, recording);
  return recording;
}

void sort_index(ArchiveIndex& index) {
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  const auto sort = [&](auto& rows) {
    if (!std::is_sorted(rows.begin(), rows.end(), by_path)) std::sort(rows.begin(), rows.end(), by_path);
  };
  sort(index.recordings);
  sort(index.refused);
  std::vector<std::uint64_t> ids;
  ids.reserve(index.recordings.size());
  for (const Recording& recording : index.recordings) ids.push_back(recording.id);
  std::sort(ids.begin(), ids.end());
  const auto twin = std::adjacent_find(ids.begin(), ids.end());
  if (twin == ids.end()) return;
  std::string paths;
  for (const Recording& recording : index.recordings) {
    if (recording.id == *twin) paths += (paths.empty() ? "" : ", ") + recording.path;
  }
  throw Error{"two recordings share an id", paths, "rename one"};
}

}  // namespace veery
