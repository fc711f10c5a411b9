#include <algorithm>
#include <span>

#include <veery/archive/archive_index.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>

#include "archive/integer_text.hpp"

namespace veery {
namespace {

constexpr std::string_view kRecordingRow = "recording";
constexpr std::string_view kRefusedRow = "refused";
constexpr std::size_t kCells = 15;

/// "3600000 -300" of each, with ';' between them.
std::string clock_changes_to_text(const std::vector<ClockChange>& changes) {
  std::string text;
  for (const ClockChange& change : changes) {
    text +=
        (text.empty() ? "" : ";") + std::to_string(change.after_ms) + " " + std::to_string(change.utc_offset_minutes);
  }
  return text;
}

std::vector<ClockChange> clock_changes_from_text(std::string_view text) {
  std::vector<ClockChange> changes;
  while (!text.empty()) {
    const std::string_view change = text.substr(0, text.find(';'));
    const std::size_t blank = std::min(change.find(' '), change.size());
    const std::string_view offset = change.substr(std::min(blank + 1, change.size()));
    changes.push_back({integer_of<std::int64_t>(change.substr(0, blank)), integer_of<int>(offset)});
    text.remove_prefix(std::min(change.size() + 1, text.size()));
  }
  return changes;
}

std::optional<Position> position_of(const std::string& cell) {
  if (cell.empty()) return std::nullopt;
  const auto position = position_from_text(cell);
  if (!position) throw Error{"not a position", cell};
  return position;
}

Recording recording_from_cells(const std::vector<std::string>& cells) {
  if (cells.size() != kCells) throw Error{"an index row has the wrong number of cells", cells.front()};
  Recording recording;
  recording.path = cells[1];
  recording.id = xxh3_64(std::as_bytes(std::span{recording.path}));
  recording.bytes = integer_of<std::int64_t>(cells[2]);
  recording.audio.sample_rate_hz = integer_of<int>(cells[3]);
  recording.audio.channels = integer_of<int>(cells[4]);
  recording.audio.frames = integer_of<std::int64_t>(cells[5]);
  recording.audio.claimed_frames = integer_of<std::int64_t>(cells[6]);
  recording.audio.format = cells[7];
  recording.start = parse_time(cells[8]);
  recording.start_from = cells[9];
  recording.start_conflicts = cells[10];
  recording.clock_changes = clock_changes_from_text(cells[11]);
  recording.remarks = cells[12];
  recording.position = position_of(cells[13]);
  recording.site = cells[14];
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
          recording.start_from,
          recording.start_conflicts,
          clock_changes_to_text(recording.clock_changes),
          recording.remarks,
          recording.position ? format_position(*recording.position) : "",
          recording.site};
}

}  // namespace

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
  read_csv(text, [&](const std::vector<std::string>& cells) {
    if (cells.front() == kRecordingRow) {
      index.recordings.push_back(recording_from_cells(cells));
    } else if (cells.front() == kRefusedRow && cells.size() == 4) {
      index.refused.push_back({cells[1], {reason_from_name(cells[2]), cells[3]}});
    } else {
      throw Error{"not an index row", cells.front()};
    }
  });
  sort_index(index);
  return index;
}

}  // namespace veery
