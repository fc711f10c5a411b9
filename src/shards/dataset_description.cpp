#include <nlohmann/json.hpp>

#include <utility>

#include <veery/shards/dataset_description.hpp>

#include "shards/columns.hpp"
#include "shards/feature_descriptions.hpp"

namespace veery {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kHdf5 = "hdf5";

void set_unless_empty(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

/// Protobuf's JSON leaves out zero numbers and empty lists, and writes 64-bit numbers as text.
Json describe_split(const SplitDescription& split, bool is_hdf5) {
  const char* const file_name =
      is_hdf5 ? "{DATASET}-{SPLIT}-{SHARD_X_OF_Y}.h5" : "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}";
  Json json{{"filepathTemplate", file_name}, {"name", split.name}};
  if (split.bytes != 0) json["numBytes"] = std::to_string(split.bytes);
  for (const std::int64_t length : split.shard_lengths) json["shardLengths"].push_back(std::to_string(length));
  return json;
}

const char* audio_type_name(const ExampleSchema& schema) {
  return schema.audio_type == AudioType::int16 ? "int16" : "float32";
}

}  // namespace

DatasetDescription describe_dataset(const std::string& name, const std::string& version) {
  DatasetDescription description;
  description.name = name;
  description.version = version;
  description.description = "Slices of field recordings, cut by veery.";
  return description;
}

std::int64_t example_bytes(const ExampleSchema& schema) {
  std::size_t bytes = row_bytes(schema) + sizeof(std::uint64_t);
  for (const Column& column : columns(schema)) {
    const std::int64_t values = is_list(column) ? schema.most_annotations : 1;
    bytes += static_cast<std::size_t>(values) * element_type(column, schema).bytes;
  }
  return static_cast<std::int64_t>(bytes);
}

std::string dataset_info_json(const DatasetDescription& description) {
  Json json{{"fileFormat", description.file_format}, {"moduleName", description.module_name}};
  set_unless_empty(json, "name", description.name);
  set_unless_empty(json, "version", description.version);
  set_unless_empty(json, "configName", description.config_name);
  set_unless_empty(json, "configDescription", description.config_description);
  set_unless_empty(json, "description", description.description);
  set_unless_empty(json, "citation", description.citation);
  if (!description.homepage.empty()) json["location"]["urls"] = Json::array({description.homepage});
  if (!description.release_note.empty()) json["releaseNotes"][description.version] = description.release_note;
  for (const SplitDescription& split : description.splits)
    json["splits"].push_back(describe_split(split, description.file_format == kHdf5));
  for (const std::string& key : description.supervised_keys)
    json["supervisedKeys"]["tuple"]["items"].push_back(Json{{"featureKey", key}});
  return python_json(json, 2);
}

std::string features_json(const ExampleSchema& schema) {
  const std::string audio_type = audio_type_name(schema);
  Json features;
  features[kAudio] = audio_feature(tfds_class("audio_feature.Audio"), audio_type, "NONE", schema.sample_rate_hz,
                                   {schema.samples_per_row});
  // TFDS's Audio has channels behind the samples; our stems come before them.
  if (schema.stems > 0) features[kStems] = tensor_feature(audio_type, "none", {schema.stems, schema.samples_per_row});
  features[kRowHash] = scalar_feature("uint64");
  for (const Column& column : columns(schema)) {
    const hdf5::ElementType type = element_type(column, schema);
    if (is_list(column)) {
      features[column.name] = tensor_feature(to_string(type), "none", {schema.most_annotations});
    } else {
      const bool is_text = type.kind == hdf5::ElementKind::text;
      features[column.name] = is_text ? text_feature() : scalar_feature(to_string(type));
    }
  }
  return features_text(std::move(features));
}

}  // namespace veery
