#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/version.hpp>
#include <veery/manifest/unit_record.hpp>

namespace veery {
namespace {

using Parsed = simdjson::dom::object;  ///< there are as many rows as slices: nlohmann takes ten times as long to read
using Json = nlohmann::ordered_json;
constexpr std::string_view kKind = "veery.unit_record";
constexpr int kFormatVersion = 3;

constexpr std::int64_t kMost = std::int64_t{1} << 50U;  ///< sums of thousands of such numbers don't overflow

template <typename Number, typename... Format>
Number number_from(const std::string& text, Format... format) {
  const std::optional<Number> number = parse_number<Number>(text, format...);
  if (!number) throw Error{"not a number", text};
  return *number;
}

std::uint64_t from_hex(const std::string& text) {
  return number_from<std::uint64_t>(text, 16);
}

std::string text_in(const Parsed& json, const char* key) {
  return std::string{json[key].get_string().value()};
}

/// A whole number that its field can hold; JSON's may be of any size, or have a fraction.
template <typename Integer>
void read(const Parsed& json, const char* key, Integer& value) {
  const std::int64_t whole = json[key].get_int64();
  if (whole < -kMost || whole > kMost || !std::in_range<Integer>(whole))
    throw Error{"not a whole number in its range", key};
  value = static_cast<Integer>(whole);
}

struct Field {
  const char* name;
  mutable Json value;  ///< so that it can be moved out of a list
};

/// What nlohmann makes of a list of pairs, in less than half the time: there are as many as slices.
Json object(std::initializer_list<Field> fields) {
  Json::object_t members;
  members.reserve(fields.size());
  for (const Field& field : fields) members.Container::emplace_back(field.name, std::move(field.value));
  return members;
}

Json to_json(const RecordingRow& row) {
  return object({{"path", row.path},
                 {"claimed_frames", row.claimed_frames},
                 {"frames_read", row.frames_read},
                 {"frames_not_asked", row.frames_not_asked},
                 {"sample_rate_hz", row.sample_rate_hz},
                 {"slices", row.slices},
                 {"slices_on_lost", row.slices_on_lost},
                 {"slices_unlabelled", row.slices_unlabelled},
                 {"file_xxh3", hex64(row.file_xxh3)}});
}

RecordingRow recording_from(const Parsed& json) {
  RecordingRow row;
  row.path = text_in(json, "path");
  read(json, "claimed_frames", row.claimed_frames);
  read(json, "frames_read", row.frames_read);
  read(json, "frames_not_asked", row.frames_not_asked);
  read(json, "sample_rate_hz", row.sample_rate_hz);
  read(json, "slices", row.slices);
  read(json, "slices_on_lost", row.slices_on_lost);
  read(json, "slices_unlabelled", row.slices_unlabelled);
  row.file_xxh3 = from_hex(text_in(json, "file_xxh3"));
  return row;
}

Json to_json(const LostRow& row) {
  return {{"path", row.path},
          {"begin", row.begin},
          {"end", row.end},
          {"reason", reason_name(row.refusal.reason)},
          {"detail", row.refusal.detail}};
}

LostRow lost_from(const Parsed& json) {
  LostRow row;
  row.path = text_in(json, "path");
  read(json, "begin", row.begin);
  read(json, "end", row.end);
  row.refusal = {reason_from_name(text_in(json, "reason")), text_in(json, "detail")};
  return row;
}

Json to_json(const SliceRow& row) {
  return object({{"filename", row.filename},
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
                 {"peak_source", row.peak_source},
                 {"label", row.label}});
}

SliceRow slice_from(const Parsed& json) {
  SliceRow row;
  row.filename = text_in(json, "filename");
  row.recording_id = from_hex(text_in(json, "recording_id"));
  read(json, "segment_id", row.segment_id);
  read(json, "segment_start", row.segment_start);
  read(json, "segment_end", row.segment_end);
  read(json, "source_start_sample", row.source_start_sample);
  read(json, "source_end_sample", row.source_end_sample);
  read(json, "source_sample_rate_hz", row.source_sample_rate_hz);
  read(json, "padded_samples", row.padded_samples);
  read(json, "peak_sample", row.peak_sample);
  if (!json["peak_energy"].is_null()) row.peak_energy = number_from<float>(text_in(json, "peak_energy"));
  row.start_time = text_in(json, "start_time");
  row.site = text_in(json, "site");
  read(json, "row", row.row);
  row.row_xxh3 = from_hex(text_in(json, "row_xxh3"));
  row.clip = text_in(json, "clip");
  read(json, "peak_source", row.peak_source);
  row.label = text_in(json, "label");
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

StemsRow stems_from(const Parsed& json) {
  StemsRow row;
  row.path = text_in(json, "path");
  read(json, "sample_rate_hz", row.sample_rate_hz);
  read(json, "samples", row.samples);
  row.gain = json["gain"].get_double();
  row.residual_db = json["residual_db"].get_double();
  row.residual_peak = json["residual_peak"].get_double();
  row.flagged = json["flagged"].get_bool();
  read(json, "seams", row.seams);
  row.lowest_confidence = json["lowest_confidence"].get_double();
  row.seams_file = text_in(json, "seams_file");
  for (const Parsed stem : json["stems"].get_array()) {
    std::optional<double> rms_db;
    if (!stem["rms_db"].is_null()) rms_db = stem["rms_db"].get_double().value();
    row.stems.push_back({text_in(stem, "file"), rms_db, stem["peak"].get_double(), 0});
    read(stem, "loudness_rank", row.stems.back().loudness_rank);
  }
  return row;
}

template <typename Row>
Json rows_to_json(const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) list.push_back(to_json(row));
  return list;
}

UnitRecord record_from(const Parsed& json) {
  if (text_in(json, "kind") != kKind || json["format_version"].get_int64().value() != kFormatVersion) {
    throw Error{"not a unit record of format version 3", "unit record"};
  }
  UnitRecord record;
  read(json, "unit", record.unit);
  record.split = text_in(json, "split");
  record.fingerprint = text_in(json, "fingerprint");
  record.shard = text_in(json, "shard");
  read(json, "shard_rows", record.shard_rows);
  if (!json["tfrecord"].error()) {
    record.tfrecord = text_in(json, "tfrecord");
    read(json, "tfrecord_bytes", record.tfrecord_bytes);
  }
  for (const Parsed file : json["files"].get_array()) {
    record.files.push_back({text_in(file, "path"), 0, text_in(file, "sha256")});
    read(file, "bytes", record.files.back().bytes);
  }
  for (const Parsed row : json["recordings"].get_array()) record.recordings.push_back(recording_from(row));
  for (const Parsed row : json["lost"].get_array()) record.lost.push_back(lost_from(row));
  for (const Parsed row : json["slices"].get_array()) record.slices.push_back(slice_from(row));
  for (const Parsed row : json["stems"].get_array()) record.stems.push_back(stems_from(row));
  return record;
}

}  // namespace

std::string unit_record_to_json(const UnitRecord& record) {
  Json files = Json::array();
  for (const PublishedFile& file : record.files) {
    files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  Json json{{"kind", kKind},
            {"format_version", kFormatVersion},
            {"program_version", program_version()},
            {"commit", program_commit()},
            {"unit", record.unit},
            {"split", record.split},
            {"fingerprint", record.fingerprint},
            {"shard", record.shard},
            {"shard_rows", record.shard_rows}};
  if (!record.tfrecord.empty()) {
    json["tfrecord"] = record.tfrecord;
    json["tfrecord_bytes"] = record.tfrecord_bytes;
  }
  json["files"] = std::move(files);
  json["recordings"] = rows_to_json(record.recordings);
  json["lost"] = rows_to_json(record.lost);
  json["slices"] = rows_to_json(record.slices);
  json["stems"] = rows_to_json(record.stems);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

UnitRecord unit_record_from_json(std::string_view text) {
  try {
    simdjson::dom::parser parser;
    UnitRecord record = record_from(parser.parse(text.data(), text.size()).get_object());
    record.text = {static_cast<std::int64_t>(text.size()), sha256_hex(text)};
    return record;
  } catch (const std::exception& failure) {
    throw Error{"not a unit record", failure.what()};
  }
}

}  // namespace veery
