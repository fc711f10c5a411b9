#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/shard_reader.hpp>

#include "shards/columns.hpp"
#include "shards/shard_file.hpp"

namespace veery {
namespace {

hdf5::File open_checked(const std::filesystem::path& path) {
  hdf5::File file = hdf5::File::open(path);
  const std::string kind = file.root().has_attribute("kind") ? file.root().text("kind") : "";
  if (kind != kShardKind && kind != kSplitIndexKind) {
    throw Error{"not a shard and not a split's index", path.string(), "its kind is \"" + printable(kind) + "\""};
  }
  if (const std::int64_t version = file.root().integer("format_version"); version != kShardFormatVersion) {
    throw Error{"a shard of another format version", path.string(), std::to_string(version)};
  }
  return file;
}

std::optional<hdf5::Dataset> open_stems(const hdf5::Group& root) {
  if (!root.contains(kStems)) return std::nullopt;
  return root.open_dataset(kStems);
}

ExampleSchema read_schema(const hdf5::Group& root, const hdf5::Dataset& audio,
                          const std::optional<hdf5::Dataset>& stems) {
  ExampleSchema schema;
  schema.sample_rate_hz = static_cast<int>(root.integer("sample_rate_hz"));
  schema.samples_per_row = audio.shape().at(1);
  if (audio.type() == hdf5::element_type_of<float>()) schema.audio_type = AudioType::float32;
  audio.expect_type(audio_element_type(schema));
  if (stems) {
    stems->expect_type(audio_element_type(schema));
    schema.stems = stems->shape().size() > 1 ? stems->shape()[1] : 0;
    if (schema.stems < 1 || stems->shape() != stems_shape(audio.shape()[0], schema))
      throw Error{"the stems do not fit the audio", kStems, "their shape is another"};
  }
  schema.filename_bytes = root.open_dataset("filename").type().bytes;
  schema.label_bytes = root.open_dataset("label").type().bytes;
  schema.site_bytes = root.open_dataset("site").type().bytes;
  schema.compress = audio.is_compressed();
  if (root.has_attribute(kKeyPrefix)) schema.keys = {key_form_from(root.text(kKeys)), root.text(kKeyPrefix)};
  if (!root.contains(kClasses)) return schema;
  schema.classes = root.open_dataset(kClasses).read_texts();
  const std::vector<std::int64_t> shape = root.open_dataset("annotation_label").shape();
  schema.most_annotations = shape.size() > 1 ? shape[1] : 0;
  if (schema.classes.empty() || schema.most_annotations < 1)
    throw Error{"the annotations do not fit the classes", kClasses, "one of them is empty"};
  return schema;
}

hdf5::Dataset open_column(const hdf5::Group& root, const std::string& name, const std::vector<std::int64_t>& shape) {
  hdf5::Dataset dataset = root.open_dataset(name);
  if (dataset.shape() == shape) return dataset;
  throw Error{"a column does not have as many rows as the audio", name, std::to_string(shape[0])};
}

std::string row_name(std::int64_t row) {
  return "row " + std::to_string(row);
}

void read_bytes(const hdf5::Dataset& dataset, std::int64_t row, std::span<std::byte> bytes) {
  if (bytes.size() != dataset.row_bytes()) {
    throw Error{"a buffer does not hold one row", row_name(row),
                std::to_string(bytes.size()) + " bytes instead of " + std::to_string(dataset.row_bytes())};
  }
  dataset.read_rows(row, bytes);
}

void check_order(const std::string& split, std::span<const Example> examples, const ExampleSchema& schema,
                 std::vector<std::string>& problems) {
  Md5 last{};
  std::int64_t row = 0;
  for (const Example& example : examples) {
    const Md5 hash = order_hash(split, example_key(example, schema));
    if (row > 0 && hash <= last) {
      problems.push_back(row_name(row) + ": out of order or twice: " + printable(example_key(example, schema)));
    }
    last = hash;
    ++row;
  }
}

}  // namespace

ShardReader::ShardReader(const std::filesystem::path& path)
    : path_(path),
      file_(open_checked(path)),
      audio_(file_.root().open_dataset(kAudio)),
      stems_(open_stems(file_.root())),
      schema_(read_schema(file_.root(), audio_, stems_)) {}

std::vector<Example> ShardReader::examples() const {
  // All columns are as long as the audio says, before memory is taken for so many rows.
  std::vector<hdf5::Dataset> datasets;
  const std::vector<Column> all = columns(schema_);
  datasets.reserve(all.size());
  for (const Column& column : all)
    datasets.push_back(open_column(file_.root(), column.name, column_shape(column, schema_, rows())));
  std::vector<Example> examples(static_cast<std::size_t>(rows()));
  for (std::size_t i = 0; i < datasets.size(); ++i) read_column(datasets[i], all[i], examples);
  return examples;
}

std::vector<std::uint64_t> ShardReader::row_hashes() const {
  return hdf5::read_numbers<std::uint64_t>(open_column(file_.root(), kRowHash, {rows()}));
}

void ShardReader::read_audio(std::int64_t row, std::span<std::byte> audio) const {
  read_bytes(audio_, row, audio);
}

void ShardReader::read_stems(std::int64_t row, std::span<std::byte> stems) const {
  if (!stems_) throw Error{"there are no stems", attribute("dataset"), "they are kept when recordings are separated"};
  read_bytes(*stems_, row, stems);
}

void ShardReader::read_unchecked(std::int64_t row, std::span<std::byte> bytes) const {
  read_audio(row, bytes.first(mixture_bytes(schema_)));
  if (stems_) read_stems(row, bytes.last(stems_bytes(schema_)));
}

void ShardReader::read_row(std::int64_t row, std::uint64_t hash, std::span<std::byte> bytes) const {
  read_unchecked(row, bytes);
  if (xxh3_64(bytes) == hash) return;
  throw Error{"a row is damaged", path_.string() + ", " + row_name(row),
              "the audio is not what was written: veery repair OUT"};
}

std::vector<std::string> ShardReader::verify() const {
  std::vector<std::string> problems;
  const auto attempt = [&](const std::string& what, const auto& action) {
    try {
      action();
    } catch (const Error& error) {
      problems.push_back(what + ": " + error.what());
    }
  };
  // The rows of an index are in order within each shard only.
  const bool is_shard = attribute("kind") == kShardKind;
  attempt("columns", [&] {
    const std::vector<Example> all = examples();
    if (is_shard) check_order(attribute("split"), all, schema_, problems);
  });
  std::vector<std::uint64_t> hashes;
  attempt(kRowHash, [&] { hashes = row_hashes(); });
  std::vector<std::byte> bytes(row_bytes(schema_));
  for (std::int64_t row = 0; row < rows(); ++row) {
    attempt(row_name(row), [&] {
      read_unchecked(row, bytes);
      if (!hashes.empty() && xxh3_64(bytes) != hashes[static_cast<std::size_t>(row)])
        problems.push_back(row_name(row) + ": the audio is not what was written");
    });
  }
  return problems;
}

}  // namespace veery
