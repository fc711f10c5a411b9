#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/manifest/manifest.hpp>

namespace veery {
namespace {

constexpr std::size_t kIndexColumns = 18;
constexpr std::size_t kUnitColumn = 16;  ///< behind it the extension

/// Room for tables of a million rows: a text that grows is there twice for a moment. Pages never written take no
/// memory.
constexpr std::size_t kRoomPerRow = 320;

struct PlacedSlice {
  const SliceRow* slice;
  const UnitRecord* record;
};

const std::string& shard_name(const UnitRecord& record) {
  return record.shard.empty() ? record.tfrecord : record.shard;
}

std::vector<std::string> cells(const PlacedSlice& placed) {
  const SliceRow& slice = *placed.slice;
  const bool in_shard = slice.row >= 0;
  return {text_cell(slice.filename),
          std::to_string(slice.segment_id),
          std::to_string(slice.segment_start),
          std::to_string(slice.segment_end),
          slice.start_time,
          std::to_string(slice.source_start_sample),
          std::to_string(slice.source_end_sample),
          std::to_string(slice.source_sample_rate_hz),
          std::to_string(slice.padded_samples),
          slice.peak_sample < 0 ? "" : std::to_string(slice.peak_sample),
          slice.peak_energy ? decimal(*slice.peak_energy) : "",
          text_cell(slice.site),
          hex64(slice.recording_id),
          text_cell(placed.record->split),
          in_shard ? text_cell(shard_name(*placed.record)) : "",
          in_shard ? std::to_string(slice.row) : "",
          in_shard ? hex64(slice.row_xxh3) : "",
          text_cell(slice.clip),
          slice.peak_source < 0 ? "" : std::to_string(slice.peak_source),
          text_cell(slice.label)};
}

void add_stems(const StemsRow& row, std::string& text) {
  for (std::size_t source = 0; source < row.stems.size(); ++source) {
    const StemsRow::Stem& stem = row.stems[source];
    text +=
        csv_row({text_cell(row.path), std::to_string(source), text_cell(stem.file), std::to_string(row.sample_rate_hz),
                 std::to_string(row.samples), decimal(row.gain), stem.rms_db ? fixed_decimal(*stem.rms_db, 2) : "",
                 decimal(stem.peak), std::to_string(stem.loudness_rank), fixed_decimal(row.residual_db, 1),
                 decimal(row.residual_peak), row.flagged ? "yes" : "no", std::to_string(row.seams),
                 fixed_decimal(row.lowest_confidence, 3), text_cell(row.seams_file)});
  }
}

std::vector<std::vector<std::string>> rows_below_header(const std::string& table, std::size_t columns,
                                                        std::string_view name) {
  auto rows = parse_csv(table);
  for (const auto& row : rows) {
    if (row.size() != columns)
      throw Error{"a row has the wrong number of cells", name,
                  "it was changed: restore it, or run veery process again"};
  }
  if (!rows.empty()) rows.erase(rows.begin());
  return rows;
}

}  // namespace

std::string index_csv(const ArchiveIndex& index, const WorkPlan& plan) {
  std::string text = csv_row({"recording_id", "path", "bytes", "sample_rate_hz", "channels", "frames", "claimed_frames",
                              "format", "start_time", "start_time_from", "start_time_conflicts", "remarks", "latitude",
                              "longitude", "site", "split", "unit", "extension"});
  text.reserve(index.recordings.size() * kRoomPerRow);
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const Recording& recording = index.recordings[i];
    text += csv_row({hex64(recording.id), text_cell(recording.path), std::to_string(recording.bytes),
                     std::to_string(recording.audio.sample_rate_hz), std::to_string(recording.audio.channels),
                     std::to_string(recording.audio.frames), std::to_string(recording.audio.claimed_frames),
                     text_cell(recording.audio.format), recording.start ? format_time(*recording.start) : "",
                     recording.start_from, recording.start_conflicts, recording.remarks,
                     recording.position ? decimal(recording.position->latitude) : "",
                     recording.position ? decimal(recording.position->longitude) : "", text_cell(recording.site),
                     text_cell(plan.split_of(i)), std::to_string(plan.unit_of[i]),
                     std::to_string(plan.units[static_cast<std::size_t>(plan.unit_of[i])].extension)});
  }
  return text;
}

std::string slices_csv(const std::vector<UnitRecord>& records) {
  std::vector<PlacedSlice> slices;
  for (const UnitRecord& record : records) {
    for (const SliceRow& slice : record.slices) slices.push_back({&slice, &record});
  }
  std::sort(slices.begin(), slices.end(), [](const PlacedSlice& a, const PlacedSlice& b) {
    return std::tie(a.slice->filename, a.slice->segment_id) < std::tie(b.slice->filename, b.slice->segment_id);
  });
  std::string text = csv_row({"filename",
                              "segment_id",
                              "segment_start",
                              "segment_end",
                              "start_time",
                              "source_start_sample",
                              "source_end_sample",
                              "source_sample_rate_hz",
                              "padded_samples",
                              "peak_sample",
                              "peak_energy",
                              "site",
                              "recording_id",
                              "split",
                              "shard",
                              "row",
                              "row_xxh3",
                              "clip",
                              "peak_source",
                              "label"});
  text.reserve(slices.size() * kRoomPerRow);
  for (const PlacedSlice& placed : slices) text += csv_row(cells(placed));
  return text;
}

std::string stems_csv(const std::vector<UnitRecord>& records) {
  std::vector<const StemsRow*> rows;
  for (const UnitRecord& record : records) {
    for (const StemsRow& row : record.stems) rows.push_back(&row);
  }
  std::sort(rows.begin(), rows.end(), [](const StemsRow* a, const StemsRow* b) { return a->path < b->path; });
  std::string text =
      csv_row({"path", "source", "file", "sample_rate_hz", "samples", "gain", "rms_db", "peak", "loudness_rank",
               "residual_db", "residual_peak", "flagged", "seams", "lowest_confidence", "seams_file"});
  for (const StemsRow* row : rows) add_stems(*row, text);
  return text;
}

std::string quarantine_csv(const ArchiveIndex& index, const std::vector<UnitRecord>& records) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(index.refused.size());
  for (const RefusedRecording& refused : index.refused) {
    rows.push_back({text_cell(refused.path), "", "", "", std::string{reason_name(refused.refusal.reason)},
                    text_cell(refused.refusal.detail)});
  }
  for (const UnitRecord& record : records) {
    if (record.lost.empty()) continue;
    std::unordered_map<std::string_view, int> rates;
    for (const RecordingRow& row : record.recordings) rates.emplace(row.path, row.sample_rate_hz);
    for (const LostRow& lost : record.lost) {
      const auto rate = rates.find(lost.path);
      if (rate == rates.end()) throw Error{"a unit record loses a range of no recording of its own", lost.path};
      const double seconds = (static_cast<double>(lost.end) - static_cast<double>(lost.begin)) / rate->second;
      rows.push_back({text_cell(lost.path), std::to_string(lost.begin), std::to_string(lost.end),
                      fixed_decimal(seconds, 3), std::string{reason_name(lost.refusal.reason)},
                      text_cell(lost.refusal.detail)});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
  std::string text = csv_row({"path", "begin_frame", "end_frame", "seconds", "reason", "detail"});
  for (const auto& row : rows) text += csv_row(row);
  return text;
}

Placements placements_in(const std::string& index) {
  Placements placements;
  const auto number = [](const std::string& cell) {
    const std::optional<int> value = parse_number<int>(cell);
    if (!value || *value < 0) throw Error{"not a number of the index table", cell, "index.csv"};
    return *value;
  };
  for (const auto& row : rows_below_header(index, kIndexColumns, "index.csv"))
    placements[text_of_cell(row[1])] = {number(row[kUnitColumn]), number(row[kUnitColumn + 1])};
  return placements;
}

ArchiveIndex index_from_tables(const std::string& index, const std::string& quarantine) {
  ArchiveIndex result;
  for (const auto& row : rows_below_header(index, kIndexColumns, "index.csv"))
    result.recordings.emplace_back().path = text_of_cell(row[1]);
  for (const auto& row : rows_below_header(quarantine, 6, "quarantine.csv")) {
    if (!row[1].empty()) continue;
    result.refused.push_back({text_of_cell(row[0]), {reason_from_name(row[4]), text_of_cell(row[5])}});
  }
  return result;
}

}  // namespace veery
