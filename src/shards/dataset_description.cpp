#include <nlohmann/json.hpp>

#include <veery/shards/dataset_description.hpp>

#include "shards/columns.hpp"

namespace veery {
namespace {

using Json = nlohmann::json;
const std::string kFeatures = "tensorflow_datasets.core.features.";

void set_unless_empty(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

/// Protobuf's JSON leaves out zero numbers and empty lists, and writes 64-bit numbers as text.
Json describe_split(const SplitDescription& split) {
  Json json{{"filepathTemplate", "{DATASET}-{SPLIT}-{SHARD_X_OF_Y}.h5"}, {"name", split.name}};
  if (split.bytes != 0) json["numBytes"] = std::to_string(split.bytes);
  for (const std::int64_t length : split.shard_lengths) json["shardLengths"].push_back(std::to_string(length));
  return json;
}

Json scalar_feature(const std::string& type) {
  return {{"pythonClassName", kFeatures + "scalar.Scalar"},
          {"tensor", {{"dtype", type}, {"encoding", "none"}, {"shape", Json::object()}}}};
}

Json text_feature() {
  return {{"pythonClassName", kFeatures + "text_feature.Text"}, {"text", Json::object()}};
}

const char* audio_type_name(const ExampleSchema& schema) {
  return schema.audio_type == AudioType::int16 ? "int16" : "float32";
}

Json audio_feature(const ExampleSchema& schema) {
  const Json shape{{"dimensions", Json::array({std::to_string(schema.samples_per_row)})}};
  return {{"audio",
           {{"dtype", audio_type_name(schema)},
            {"encoding", "NONE"},
            {"sampleRate", std::to_string(schema.sample_rate_hz)},
            {"shape", shape}}},
          {"pythonClassName", kFeatures + "audio_feature.Audio"}};
}

/// TFDS's Audio has channels behind the samples; our stems come before them.
Json stems_feature(const ExampleSchema& schema) {
  const Json shape{{"dimensions", Json::array({std::to_string(schema.stems), std::to_string(schema.samples_per_row)})}};
  return {{"pythonClassName", kFeatures + "tensor_feature.Tensor"},
          {"tensor", {{"dtype", audio_type_name(schema)}, {"encoding", "none"}, {"shape", shape}}}};
}

/// As Python's json.dumps writes it: ASCII only, no line feed at the end.
std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', true);
}

}  // namespace

std::int64_t example_bytes(const ExampleSchema& schema) {
  std::size_t bytes = row_bytes(schema) + sizeof(std::uint64_t);
  for (const Column& column : columns(schema)) bytes += element_type(column, schema).bytes;
  return static_cast<std::int64_t>(bytes);
}

std::string dataset_info_json(const DatasetDescription& description) {
  Json json{{"fileFormat", "hdf5"}, {"moduleName", "veery"}};
  set_unless_empty(json, "name", description.name);
  set_unless_empty(json, "version", description.version);
  set_unless_empty(json, "configName", description.config_name);
  set_unless_empty(json, "configDescription", description.config_description);
  set_unless_empty(json, "description", description.description);
  set_unless_empty(json, "citation", description.citation);
  if (!description.homepage.empty()) json["location"]["urls"] = Json::array({description.homepage});
  if (!description.release_note.empty()) json["releaseNotes"][description.version] = description.release_note;
  for (const SplitDescription& split : description.splits) json["splits"].push_back(describe_split(split));
  json["supervisedKeys"]["tuple"]["items"] =
      Json::array({Json{{"featureKey", "audio"}}, Json{{"featureKey", "label"}}});
  return dump(json, 2);
}

std::string features_json(const ExampleSchema& schema) {
  Json features;
  features[kAudio] = audio_feature(schema);
  if (schema.stems > 0) features[kStems] = stems_feature(schema);
  features[kRowHash] = scalar_feature("uint64");
  for (const Column& column : columns(schema)) {
    const hdf5::ElementType type = element_type(column, schema);
    const bool is_text = type.kind == hdf5::ElementKind::text;
    features[column.name] = is_text ? text_feature() : scalar_feature(to_string(type));
  }
  return dump(
      {{"featuresDict", {{"features", features}}}, {"pythonClassName", kFeatures + "features_dict.FeaturesDict"}}, 4);
}

}  // namespace veery
