#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/manifest/manifest.hpp>

namespace veery {
namespace {

struct PlacedSlice {
  const SliceRow* slice;
  const UnitRecord* record;
};

std::vector<std::string> cells(const PlacedSlice& placed) {
  const SliceRow& slice = *placed.slice;
  const bool in_shard = slice.row >= 0;
  return {slice.filename,
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
          slice.site,
          hex64(slice.recording_id),
          placed.record->split,
          in_shard ? placed.record->shard : "",
          in_shard ? std::to_string(slice.row) : "",
          in_shard ? hex64(slice.row_xxh3) : "",
          slice.clip,
          slice.peak_source < 0 ? "" : std::to_string(slice.peak_source)};
}

void add_stems(const StemsRow& row, std::string& text) {
  for (std::size_t source = 0; source < row.stems.size(); ++source) {
    const StemsRow::Stem& stem = row.stems[source];
    text += csv_row({row.path, std::to_string(source), stem.file, std::to_string(row.sample_rate_hz),
                     std::to_string(row.samples), decimal(row.gain), stem.rms_db ? fixed_decimal(*stem.rms_db, 2) : "",
                     decimal(stem.peak), std::to_string(stem.loudness_rank), fixed_decimal(row.residual_db, 1),
                     decimal(row.residual_peak), row.flagged ? "yes" : "no", std::to_string(row.seams),
                     fixed_decimal(row.lowest_confidence, 3), row.seams_file});
  }
}

}  // namespace

std::string index_csv(const ArchiveIndex& index, const WorkPlan& plan) {
  std::string text = csv_row({"recording_id", "path", "bytes", "sample_rate_hz", "channels", "frames", "claimed_frames",
                              "format", "start_time", "start_time_from", "site", "split", "unit"});
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const Recording& recording = index.recordings[i];
    text += csv_row({hex64(recording.id), recording.path, std::to_string(recording.bytes),
                     std::to_string(recording.audio.sample_rate_hz), std::to_string(recording.audio.channels),
                     std::to_string(recording.audio.frames), std::to_string(recording.audio.claimed_frames),
                     recording.audio.format, recording.start ? format_time(*recording.start) : "",
                     recording.start ? "file name" : "", recording.site, plan.split_of[i],
                     std::to_string(plan.unit_of[i])});
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
  std::string text =
      csv_row({"filename", "segment_id", "segment_start", "segment_end", "start_time", "source_start_sample",
               "source_end_sample", "source_sample_rate_hz", "padded_samples", "peak_sample", "peak_energy", "site",
               "recording_id", "split", "shard", "row", "row_xxh3", "clip", "peak_source"});
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
  for (const RefusedRecording& refused : index.refused) {
    rows.push_back(
        {refused.path, "", "", "", std::string{reason_name(refused.refusal.reason)}, refused.refusal.detail});
  }
  for (const UnitRecord& record : records) {
    if (record.lost.empty()) continue;
    std::unordered_map<std::string_view, int> rates;
    for (const RecordingRow& row : record.recordings) rates.emplace(row.path, row.sample_rate_hz);
    for (const LostRow& lost : record.lost) {
      const double seconds = static_cast<double>(lost.end - lost.begin) / rates.at(lost.path);
      rows.push_back({lost.path, std::to_string(lost.begin), std::to_string(lost.end), fixed_decimal(seconds, 3),
                      std::string{reason_name(lost.refusal.reason)}, lost.refusal.detail});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
  std::string text = csv_row({"path", "begin_frame", "end_frame", "seconds", "reason", "detail"});
  for (const auto& row : rows) text += csv_row(row);
  return text;
}

ArchiveIndex index_from_tables(const std::string& index, const std::string& quarantine) {
  ArchiveIndex result;
  const auto rows = parse_csv(index);
  for (std::size_t i = 1; i < rows.size(); ++i) result.recordings.emplace_back().path = rows[i].at(1);
  const auto refused = parse_csv(quarantine);
  for (std::size_t i = 1; i < refused.size(); ++i) {
    const auto& row = refused[i];
    if (row.at(1).empty()) result.refused.push_back({row.at(0), {reason_from_name(row.at(4)), row.at(5)}});
  }
  return result;
}

}  // namespace veery
