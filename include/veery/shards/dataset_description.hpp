#pragma once
// The two files that describe a dataset, in TFDS's fields and formatting: dataset_info.json and features.json.
//
// TFRecord datasets have what TFDS's own writer would say (their features: tfds_format.hpp). TFDS itself has no HDF5
// format, so a few values differ there:
// - fileFormat is "hdf5", and filepathTemplate ends in a literal ".h5" instead of {FILEFORMAT};
// - numBytes is the size of the shards' columns, audio and stems (TFDS: of the encoded records, without frames);
// - the audio feature's class is TFDS's own Audio, so that Perch need not be importable; it has the type that is
//   stored (Perch declares float32 and stores int16) and encoding NONE (shards are compressed by HDF5, if at all);
// - stems are a Tensor [source, sample];
// - there are no ClassLabel features: `label` is text, `annotation_label` a place in the shards' `classes`.
#include <cstdint>
#include <string>
#include <vector>

#include <veery/shards/example.hpp>

namespace veery {

struct SplitDescription {
  std::string name;
  std::int64_t bytes = 0;
  std::vector<std::int64_t> shard_lengths;  ///< rows of every shard, in shard order
};

/// Empty fields are left out.
struct DatasetDescription {
  std::string name{};
  std::string version{};
  std::string config_name{};
  std::string config_description{};
  std::string description{};
  std::string citation{};
  std::string homepage{};
  std::string release_note{};
  std::string file_format = "hdf5";  ///< or "tfrecord"
  std::string module_name = "veery";
  std::vector<std::string> supervised_keys{"audio", "label"};
  std::vector<SplitDescription> splits{};
};

/// What all of a run's descriptions say.
[[nodiscard]] DatasetDescription describe_dataset(const std::string& name, const std::string& version);

/// Bytes of one row, audio, stems and columns, before any compression.
[[nodiscard]] std::int64_t example_bytes(const ExampleSchema& schema);

[[nodiscard]] std::string dataset_info_json(const DatasetDescription& description);
[[nodiscard]] std::string features_json(const ExampleSchema& schema);

}  // namespace veery
