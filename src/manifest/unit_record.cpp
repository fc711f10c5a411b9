#include <nlohmann/json.hpp>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/version.hpp>
#include <veery/manifest/unit_record.hpp>

namespace veery {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kKind = "veery.unit_record";
constexpr int kFormatVersion = 2;

Json to_json(const RecordingRow& row) {
  return {{"path", row.path},
          {"claimed_frames", row.claimed_frames},
          {"frames_read", row.frames_read},
          {"sample_rate_hz", row.sample_rate_hz},
          {"slices", row.slices},
          {"slices_on_lost", row.slices_on_lost}};
}

RecordingRow recording_from(const Json& json) {
  return {json.at("path"),           json.at("claimed_frames"), json.at("frames_read"),
          json.at("sample_rate_hz"), json.at("slices"),         json.at("slices_on_lost")};
}

Json to_json(const LostRow& row) {
  return {{"path", row.path},
          {"begin", row.begin},
          {"end", row.end},
          {"reason", reason_name(row.refusal.reason)},
          {"detail", row.refusal.detail}};
}

LostRow lost_from(const Json& json) {
  const auto reason = reason_from_name(json.at("reason").get<std::string>());
  return {json.at("path"), json.at("begin"), json.at("end"), {reason, json.at("detail")}};
}

Json to_json(const SliceRow& row) {
  return {{"filename", row.filename},
          {"recording_id", hex64(row.recording_id)},
          {"segment_id", row.segment_id},
          {"segment_start", row.segment_start},
          {"segment_end", row.segment_end},
          {"source_start_sample", row.source_start_sample},
          {"source_end_sample", row.source_end_sample},
          {"source_sample_rate_hz", row.source_sample_rate_hz},
          {"padded_samples", row.padded_samples},
          {"peak_sample", row.peak_sample},
          {"peak_energy", row.peak_energy ? Json(decimal(*row.peak_energy)) : Json(nullptr)},
          {"start_time", row.start_time},
          {"site", row.site},
          {"row", row.row},
          {"row_xxh3", hex64(row.row_xxh3)},
          {"clip", row.clip},
          {"peak_source", row.peak_source}};
}

std::uint64_t from_hex(const std::string& text) {
  return std::stoull(text, nullptr, 16);
}

SliceRow slice_from(const Json& json) {
  SliceRow row;
  row.filename = json.at("filename");
  row.recording_id = from_hex(json.at("recording_id"));
  row.segment_id = json.at("segment_id");
  row.segment_start = json.at("segment_start");
  row.segment_end = json.at("segment_end");
  row.source_start_sample = json.at("source_start_sample");
  row.source_end_sample = json.at("source_end_sample");
  row.source_sample_rate_hz = json.at("source_sample_rate_hz");
  row.padded_samples = json.at("padded_samples");
  row.peak_sample = json.at("peak_sample");
  if (!json.at("peak_energy").is_null()) row.peak_energy = std::stof(json.at("peak_energy").get<std::string>());
  row.start_time = json.at("start_time");
  row.site = json.at("site");
  row.row = json.at("row");
  row.row_xxh3 = from_hex(json.at("row_xxh3"));
  row.clip = json.at("clip");
  row.peak_source = json.at("peak_source");
  return row;
}

Json to_json(const StemsRow& row) {
  Json stems = Json::array();
  for (const StemsRow::Stem& stem : row.stems) {
    stems.push_back({{"file", stem.file},
                     {"rms_db", stem.rms_db ? Json(*stem.rms_db) : Json(nullptr)},
                     {"peak", stem.peak},
                     {"loudness_rank", stem.loudness_rank}});
  }
  return {{"path", row.path},
          {"sample_rate_hz", row.sample_rate_hz},
          {"samples", row.samples},
          {"gain", row.gain},
          {"residual_db", row.residual_db},
          {"residual_peak", row.residual_peak},
          {"flagged", row.flagged},
          {"seams", row.seams},
          {"lowest_confidence", row.lowest_confidence},
          {"seams_file", row.seams_file},
          {"stems", stems}};
}

StemsRow stems_from(const Json& json) {
  StemsRow row;
  row.path = json.at("path");
  row.sample_rate_hz = json.at("sample_rate_hz");
  row.samples = json.at("samples");
  row.gain = json.at("gain");
  row.residual_db = json.at("residual_db");
  row.residual_peak = json.at("residual_peak");
  row.flagged = json.at("flagged");
  row.seams = json.at("seams");
  row.lowest_confidence = json.at("lowest_confidence");
  row.seams_file = json.at("seams_file");
  for (const Json& stem : json.at("stems")) {
    std::optional<double> rms_db;
    if (!stem.at("rms_db").is_null()) rms_db = stem.at("rms_db").get<double>();
    row.stems.push_back({stem.at("file"), rms_db, stem.at("peak"), stem.at("loudness_rank")});
  }
  return row;
}

template <typename Row>
Json rows_to_json(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(to_json(row));
  return list;
}

UnitRecord record_from(const Json& json) {
  if (json.at("kind") != kKind || json.at("format_version") != kFormatVersion) {
    throw Error{"not a unit record of format version 2", json.at("kind").dump()};
  }
  UnitRecord record;
  record.unit = json.at("unit");
  record.split = json.at("split");
  record.fingerprint = json.at("fingerprint");
  record.shard = json.at("shard");
  record.shard_rows = json.at("shard_rows");
  for (const Json& file : json.at("files"))
    record.files.push_back({file.at("path"), file.at("bytes"), file.at("sha256")});
  for (const Json& row : json.at("recordings")) record.recordings.push_back(recording_from(row));
  for (const Json& row : json.at("lost")) record.lost.push_back(lost_from(row));
  for (const Json& row : json.at("slices")) record.slices.push_back(slice_from(row));
  for (const Json& row : json.at("stems")) record.stems.push_back(stems_from(row));
  return record;
}

}  // namespace

std::string unit_record_to_json(const UnitRecord& record) {
  Json files = Json::array();
  for (const PublishedFile& file : record.files) {
    files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  const Json json{{"kind", kKind},
                  {"format_version", kFormatVersion},
                  {"program_version", program_version()},
                  {"commit", program_commit()},
                  {"unit", record.unit},
                  {"split", record.split},
                  {"fingerprint", record.fingerprint},
                  {"shard", record.shard},
                  {"shard_rows", record.shard_rows},
                  {"files", files},
                  {"recordings", rows_to_json(record.recordings)},
                  {"lost", rows_to_json(record.lost)},
                  {"slices", rows_to_json(record.slices)},
                  {"stems", rows_to_json(record.stems)}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

UnitRecord unit_record_from_json(std::string_view text) {
  try {
    return record_from(Json::parse(text));
  } catch (const std::exception& failure) {
    throw Error{"not a unit record", failure.what()};
  }
}

}  // namespace veery
