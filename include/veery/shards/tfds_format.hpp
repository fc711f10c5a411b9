#pragma once
// How a dataset is written as TFRecord files that TensorFlow Datasets (TFDS) opens as its own.
#include <string>
#include <utility>
#include <vector>

#include <veery/shards/dataset_description.hpp>
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

/// UsageError when rows of that type can't be stored so.
void check_tfds_format(const TfdsFormat& format, AudioType audio_type);

/// A file's name and text.
using NamedText = std::pair<std::string, std::string>;

/// What TFDS wants beside the shards, as it writes it: features.json, the names of the classes where there are any, and
/// dataset_info.json, which comes last: until it is there a reader finds the dataset as it was.
[[nodiscard]] std::vector<NamedText> tfds_descriptions(const ExampleSchema& schema, const TfdsFormat& format,
                                                       DatasetDescription description);

}  // namespace veery
