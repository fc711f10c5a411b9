#pragma once
// How a dataset is written as TFRecord files that TensorFlow Datasets (TFDS) opens as its own.
#include <map>
#include <string>

#include <veery/shards/example.hpp>

namespace veery {

enum class TfdsSchema {
  tfds,   ///< features that TFDS itself brings: Audio and Tensor, of the type that is stored
  perch,  ///< audio and stems as Perch's Int16AsFloatTensor: stored int16, read as float32; Perch must be importable
};

enum class TfdsEncoding {
  bytes,  ///< samples as they are, little-endian
  zlib,   ///< smaller, and far slower to write; what Perch's builders do
};

struct TfdsFormat {
  TfdsSchema schema = TfdsSchema::tfds;
  TfdsEncoding encoding = TfdsEncoding::bytes;
};

/// The names of the classes as TFDS has them beside features.json, by file name; none without annotations.
[[nodiscard]] std::map<std::string, std::string> tfds_class_files(const ExampleSchema& schema);

/// features.json as TFDS writes it.
[[nodiscard]] std::string tfds_features_json(const ExampleSchema& schema, const TfdsFormat& format);

}  // namespace veery
