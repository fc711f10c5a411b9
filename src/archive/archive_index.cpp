#include <algorithm>
#include <charconv>
#include <span>

#include <veery/archive/archive_index.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kRecordingRow = "recording";
constexpr std::string_view kRefusedRow = "refused";

template <typename Integer>
Integer to_integer(const std::string& cell) {
  Integer value{};
  const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (result.ec != std::errc{} || result.ptr != cell.data() + cell.size()) throw Error{"not a whole number", cell};
  return value;
}

Recording recording_from_cells(const std::vector<std::string>& cells) {
  if (cells.size() != 10) throw Error{"an index row has the wrong number of cells", cells.at(1)};
  Recording recording;
  recording.path = cells[1];
  recording.id = xxh3_64(std::as_bytes(std::span{recording.path}));
  recording.bytes = to_integer<std::int64_t>(cells[2]);
  recording.audio.sample_rate_hz = to_integer<int>(cells[3]);
  recording.audio.channels = to_integer<int>(cells[4]);
  recording.audio.frames = to_integer<std::int64_t>(cells[5]);
  recording.audio.claimed_frames = to_integer<std::int64_t>(cells[6]);
  recording.audio.format = cells[7];
  recording.start = parse_time(cells[8]);
  recording.site = cells[9];
  return recording;
}

std::vector<std::string> recording_cells(const Recording& recording) {
  return {std::string{kRecordingRow},
          recording.path,
          std::to_string(recording.bytes),
          std::to_string(recording.audio.sample_rate_hz),
          std::to_string(recording.audio.channels),
          std::to_string(recording.audio.frames),
          std::to_string(recording.audio.claimed_frames),
          recording.audio.format,
          recording.start ? format_time(*recording.start) : "",
          recording.site};
}

}  // namespace

double Recording::claimed_s() const {
  return static_cast<double>(audio.claimed_frames) / static_cast<double>(audio.sample_rate_hz);
}

OrRefusal<Recording> probe_recording(const fs::path& archive, const std::string& path) {
  auto probed = probe_audio(archive / path);
  if (auto* refusal = std::get_if<Refusal>(&probed)) return std::move(*refusal);
  Recording recording;
  recording.path = path;
  recording.id = xxh3_64(std::as_bytes(std::span{path}));
  std::error_code failure;
  recording.bytes = static_cast<std::int64_t>(fs::file_size(archive / path, failure));
  if (failure) return Refusal{Reason::unreadable, failure.message()};
  recording.audio = std::get<AudioInfo>(std::move(probed));
  const fs::path relative{path};
  recording.start = time_from_name(relative.filename().string());
  recording.site = relative.has_parent_path() ? relative.parent_path().generic_string() : ".";
  return recording;
}

void sort_index(ArchiveIndex& index) {
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  std::sort(index.recordings.begin(), index.recordings.end(), by_path);
  std::sort(index.refused.begin(), index.refused.end(), by_path);
  std::vector<const Recording*> by_id;
  for (const Recording& recording : index.recordings) by_id.push_back(&recording);
  std::sort(by_id.begin(), by_id.end(), [](const Recording* a, const Recording* b) { return a->id < b->id; });
  const auto twin = std::adjacent_find(by_id.begin(), by_id.end(),
                                       [](const Recording* a, const Recording* b) { return a->id == b->id; });
  if (twin != by_id.end())
    throw Error{"two recordings share an id", (*twin)->path + ", " + (*(twin + 1))->path, "rename one"};
}

std::string index_to_text(const ArchiveIndex& index) {
  std::string text;
  for (const Recording& recording : index.recordings) text += csv_row(recording_cells(recording));
  for (const RefusedRecording& row : index.refused) {
    text +=
        csv_row({std::string{kRefusedRow}, row.path, std::string{reason_name(row.refusal.reason)}, row.refusal.detail});
  }
  return text;
}

ArchiveIndex index_from_text(std::string_view text) {
  ArchiveIndex index;
  for (const std::vector<std::string>& cells : parse_csv(text)) {
    if (cells.front() == kRecordingRow) {
      index.recordings.push_back(recording_from_cells(cells));
    } else if (cells.front() == kRefusedRow && cells.size() == 4) {
      index.refused.push_back({cells[1], {reason_from_name(cells[2]), cells[3]}});
    } else {
      throw Error{"not an index row", cells.front()};
    }
  }
  sort_index(index);
  return index;
}

}  // namespace veery
