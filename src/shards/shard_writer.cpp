#include <algorithm>
#include <optional>

#include <veery/base/digest.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/shards/shard_writer.hpp>

#include "shards/columns.hpp"
#include "shards/shard_checks.hpp"
#include "shards/shard_file.hpp"

namespace veery {
namespace {

/// Columns are cut into chunks that fit any reader's cache, so that reading single values stays cheap.
hdf5::Dataset create_column(hdf5::Group& root, const std::string& name, const hdf5::ElementType& type,
                            const std::vector<std::int64_t>& shape) {
  constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;
  std::size_t row_bytes = type.bytes;
  if (shape.size() > 1) row_bytes *= static_cast<std::size_t>(shape[1]);
  std::vector<std::int64_t> chunk = shape;
  chunk[0] = std::min(shape[0], static_cast<std::int64_t>(std::max<std::size_t>(kChunkBytes / row_bytes, 1)));
  return root.create_dataset(name, type, {.shape = shape, .chunk = chunk, .checksum = true});
}

/// A dataset whose rows are read whole: each is a chunk.
hdf5::Dataset create_audio(hdf5::Group& root, const std::string& name, const ExampleSchema& schema,
                           const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> chunk = shape;
  chunk[0] = 1;
  return root.create_dataset(name, audio_element_type(schema),
                             {.shape = shape, .chunk = chunk, .checksum = true, .compress = schema.compress});
}

/// Copies audio and stems row by row and returns the rows' hashes.
std::vector<std::uint64_t> write_audio(hdf5::Group& root, const Axes& axes, const ExampleSchema& schema,
                                       std::span<const Example> examples, std::span<const std::size_t> order,
                                       const RowSpool& spool) {
  const auto rows = static_cast<std::int64_t>(order.size());
  hdf5::Dataset audio = create_audio(root, kAudio, schema, audio_shape(rows, schema));
  describe_audio(audio, axes, schema);
  std::optional<hdf5::Dataset> stems;
  if (schema.stems > 0) {
    stems = create_audio(root, kStems, schema, stems_shape(rows, schema));
    describe_stems(*stems, axes, schema);
  }
  std::vector<std::byte> row(row_bytes(schema));
  const std::span<const std::byte> whole{row};
  std::vector<std::uint64_t> hashes;
  for (const std::size_t index : order) {
    spool.read(examples[index].spool_row, row);
    const auto number = static_cast<std::int64_t>(hashes.size());
    audio.write_rows(number, whole.first(mixture_bytes(schema)));
    if (stems) stems->write_rows(number, whole.last(stems_bytes(schema)));
    hashes.push_back(xxh3_64(row));
  }
  return hashes;
}

void write_columns(hdf5::Group& root, const Axes& axes, const ExampleSchema& schema, std::span<const Example> examples,
                   const ShardSummary& summary) {
  for (const Column& column : columns(schema)) {
    hdf5::Dataset dataset =
        create_column(root, column.name, element_type(column, schema), column_shape(column, schema, summary.rows));
    describe_column(dataset, axes, column);
    write_column(dataset, column, examples, summary.order);
  }
  if (schema.is_annotated()) write_classes(root, schema);
  hdf5::Dataset row_hash = create_column(root, kRowHash, hdf5::element_type_of<std::uint64_t>(), {summary.rows});
  describe_row_hash(row_hash, axes);
  hdf5::write_numbers<std::uint64_t>(row_hash, summary.row_hashes);
}

}  // namespace

ShardSummary write_shard(const OutputFolder& folder, const ShardPlace& place, const ExampleSchema& schema,
                         const Provenance& provenance, std::span<const Example> examples, const RowSpool& spool) {
  check_rows(schema, examples, shard_file_name(place));
  ShardSummary summary;
  summary.file_name = shard_file_name(place);
  summary.rows = static_cast<std::int64_t>(examples.size());
  summary.audio_bytes = summary.rows * static_cast<std::int64_t>(row_bytes(schema));
  summary.order = order_examples(place.split, examples, schema);

  StagedFile staged = folder.stage(summary.file_name);
  hdf5::File file = hdf5::File::create(staged.path());
  hdf5::Group& root = file.root();
  write_attributes(root, kShardKind, {place.dataset, place.version, place.split}, schema, provenance);
  root.set_integer("shard_index", place.index);
  root.set_integer("shard_count", place.count);
  {
    const Axes axes = create_axes(root, summary.rows, schema);
    summary.row_hashes = write_audio(root, axes, schema, examples, summary.order, spool);
    write_columns(root, axes, schema, examples, summary);
  }
  file.close();
  staged.publish();
  return summary;
}

}  // namespace veery
