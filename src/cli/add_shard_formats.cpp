#include "cli/add_shard_formats.hpp"

#include <optional>
#include <sstream>
#include <string>

#include "cli/parse.hpp"

namespace veery {
namespace {

/// "none", or some of the formats with commas between them, in any order.
std::optional<ShardFormats> parse_formats(const std::string& text) {
  ShardFormats formats{false, false};
  if (text == "none") return formats;
  std::istringstream words{text + ","};
  for (std::string word; std::getline(words, word, ',');) {
    if (word != "hdf5" && word != "tfrecord") return std::nullopt;
    (word == "hdf5" ? formats.hdf5 : formats.tfrecord) = true;
  }
  return formats;
}

}  // namespace

void add_shard_formats(CLI::App& command, ShardFormats& formats) {
  command
      .add_option_function<std::string>(
          "--shards", [&formats](const std::string& text) { formats = parse_formats(text).value(); },
          "Training shards: hdf5, tfrecord (a folder that TensorFlow Datasets opens), both (hdf5,tfrecord) or none")
      ->check([](const std::string& text) {
        return parse_formats(text) ? std::string{} : "\"" + text + "\": hdf5, tfrecord, hdf5,tfrecord or none";
      })
      ->default_str("hdf5")
      ->type_name("FORMATS");
}

void add_tfds_format(CLI::App& command, TfdsFormat& format) {
  add_choice<TfdsSchema>(command, "--tfds-schema", format.schema,
                         {{"tfds", TfdsSchema::tfds}, {"perch", TfdsSchema::perch}},
                         "TFRecord: audio as TFDS's own feature, or as Perch's, which reads it as float32", "tfds");
  add_choice<TfdsEncoding>(
      command, "--tfds-encoding", format.encoding, {{"bytes", TfdsEncoding::bytes}, {"zlib", TfdsEncoding::zlib}},
      "TFRecord: samples as they are, or as Perch's builders store them: smaller, far slower", "bytes");
}

}  // namespace veery
