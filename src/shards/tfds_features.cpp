#include "shards/tfds_features.hpp"

#include <zlib.h>

#include <bit>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>

#include "shards/columns.hpp"
#include "shards/feature_descriptions.hpp"

namespace veery {
namespace {

using Json = nlohmann::json;
constexpr const char* kPerchAudio = "chirp.data.tfds_features.Int16AsFloatTensor";

std::string zlib_stream(std::span<const std::byte> bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string stream(size, '\0');
  if (compress(reinterpret_cast<Bytef*>(stream.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
               static_cast<uLong>(bytes.size())) != Z_OK) {
    throw Error{"zlib can't compress a row", std::to_string(bytes.size()) + " bytes"};
  }
  stream.resize(size);
  return stream;
}

/// Samples are one value of bytes, of whatever shape they are.
TfdsFeature samples_feature(Json description, TfdsEncoding encoding, std::span<const std::byte> TfdsRow::*samples) {
  return {std::move(description),
          [encoding, samples](TfExampleWriter& message, const std::string& name, const TfdsRow& row) {
            if (encoding == TfdsEncoding::bytes) {
              message.add_bytes(name, row.*samples);
            } else {
              message.add_text(name, zlib_stream(row.*samples));
            }
          }};
}

/// TFDS's Audio tells the rate and plays in a notebook, but has the channels behind the samples, where our stems come
/// before them. Perch's class is one of Audio that leaves the shape alone.
Json samples_description(const ExampleSchema& schema, const TfdsFormat& format, bool of_stems) {
  const bool is_zlib = format.encoding == TfdsEncoding::zlib;
  const std::string type = schema.audio_type == AudioType::int16 ? "int16" : "float32";
  std::vector<std::int64_t> shape{schema.samples_per_row};
  if (of_stems) shape.insert(shape.begin(), schema.stems);
  const char* const audio_encoding = is_zlib ? "ZLIB" : "BYTES";
  if (format.schema == TfdsSchema::perch)
    return audio_feature(kPerchAudio, "float32", audio_encoding, schema.sample_rate_hz, shape);
  if (of_stems) return tensor_feature(type, is_zlib ? "zlib" : "bytes", shape);
  return audio_feature(tfds_class("audio_feature.Audio"), type, audio_encoding, schema.sample_rate_hz, shape);
}

/// tf.train.Example has signed integers of 64 bits alone.
template <typename Integer>
std::int64_t stored(Integer value) {
  if constexpr (std::is_same_v<Integer, std::uint64_t>) {
    return std::bit_cast<std::int64_t>(value);
  } else {
    return value;
  }
}

TfdsFeature column_feature(const Column& column, const ExampleSchema& schema) {
  return std::visit(
      [&]<typename Value, typename Owner>(Value Owner::*field) -> TfdsFeature {
        using Message = TfExampleWriter&;
        if constexpr (std::is_same_v<Owner, SliceAnnotation>) {
          const bool is_label = field == &SliceAnnotation::label;
          return {sequence_feature(is_label ? class_feature(schema.classes.size()) : scalar_feature("uint64")),
                  [field](Message message, const std::string& name, const TfdsRow& row) {
                    std::vector<std::int64_t> values;
                    values.reserve(row.example.annotations.size());
                    for (const SliceAnnotation& annotation : row.example.annotations)
                      values.push_back(annotation.*field);
                    message.add_integers(name, values);
                  }};
        } else if constexpr (std::is_same_v<Value, std::string>) {
          return {text_feature(), [field](Message message, const std::string& name, const TfdsRow& row) {
                    message.add_text(name, row.example.*field);
                  }};
        } else {
          return {scalar_feature(to_string(element_type(column, schema))),
                  [field](Message message, const std::string& name, const TfdsRow& row) {
                    if constexpr (std::is_same_v<Value, float>) {
                      message.add_float(name, row.example.*field);
                    } else {
                      message.add_integer(name, stored(row.example.*field));
                    }
                  }};
        }
      },
      column.field);
}

/// The classes of a row, each once: what Perch's builders call label.
TfdsFeature label_feature(const ExampleSchema& schema) {
  return {sequence_feature(class_feature(schema.classes.size())),
          [](TfExampleWriter& message, const std::string& name, const TfdsRow& row) {
            std::set<std::int64_t> labels;
            for (const SliceAnnotation& annotation : row.example.annotations) labels.insert(annotation.label);
            message.add_integers(name, std::vector<std::int64_t>{labels.begin(), labels.end()});
          }};
}

}  // namespace

std::map<std::string, TfdsFeature> tfds_features(const ExampleSchema& schema, const TfdsFormat& format) {
  std::map<std::string, TfdsFeature> features;
  for (const Column& column : columns(schema)) features.emplace(column.name, column_feature(column, schema));
  if (schema.is_annotated()) features.at("label") = label_feature(schema);
  features.emplace(kRowHash, TfdsFeature{scalar_feature("uint64"),
                                         [](TfExampleWriter& message, const std::string& name, const TfdsRow& row) {
                                           message.add_integer(name, stored(row.hash));
                                         }});
  features.emplace(kAudio,
                   samples_feature(samples_description(schema, format, false), format.encoding, &TfdsRow::mixture));
  if (schema.stems > 0) {
    features.emplace(kStems,
                     samples_feature(samples_description(schema, format, true), format.encoding, &TfdsRow::stems));
  }
  return features;
}

void check_tfds_format(const TfdsFormat& format, AudioType audio_type) {
  if (format.schema != TfdsSchema::perch || audio_type == AudioType::int16) return;
  throw UsageError{"Perch's audio is stored as int16", "--tfds-schema perch",
                   "--audio-type int16, or --tfds-schema tfds"};
}

std::vector<NamedText> tfds_descriptions(const ExampleSchema& schema, const TfdsFormat& format,
                                         DatasetDescription description) {
  Json features = Json::object();
  for (auto& [name, feature] : tfds_features(schema, format)) features[name] = std::move(feature.description);
  std::vector<NamedText> files{{"features.json", features_text(std::move(features))}};
  if (schema.is_annotated()) {
    std::string names;
    for (const std::string& name : schema.classes) names += name + "\n";
    files.emplace_back("label.labels.txt", names);
    files.emplace_back("annotation_label.labels.txt", names);
  }
  description.file_format = "tfrecord";
  files.emplace_back("dataset_info.json", dataset_info_json(description));
  return files;
}

}  // namespace veery
