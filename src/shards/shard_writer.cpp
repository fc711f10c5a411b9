#include <algorithm>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/shards/shard_writer.hpp>

#include "shards/columns.hpp"
#include "shards/shard_file.hpp"

namespace veery {
namespace {

/// Columns are cut into chunks that fit any reader's cache, so that reading single values stays cheap.
hdf5::Dataset create_column(hdf5::Group& root, const std::string& name, const hdf5::ElementType& type,
                            std::int64_t rows) {
  constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;
  const auto chunk_rows = static_cast<std::int64_t>(std::max<std::size_t>(kChunkBytes / type.bytes, 1));
  return root.create_dataset(name, type, {.shape = {rows}, .chunk = {std::min(rows, chunk_rows)}, .checksum = true});
}

/// Copies the audio row by row and returns the rows' hashes.
std::vector<std::uint64_t> write_audio(hdf5::Group& root, const Axes& axes, const ExampleSchema& schema,
                                       std::span<const Example> examples, std::span<const std::size_t> order,
                                       const RowSpool& spool) {
  const auto rows = static_cast<std::int64_t>(order.size());
  hdf5::Dataset audio = root.create_dataset(kAudio, audio_element_type(schema),
                                            {.shape = {rows, schema.samples_per_row},
                                             .chunk = {1, schema.samples_per_row},
                                             .checksum = true,
                                             .compress = schema.compress});
  describe_audio(audio, axes, schema);
  std::vector<std::byte> row(row_bytes(schema));
  std::vector<std::uint64_t> hashes;
  for (const std::size_t index : order) {
    spool.read(examples[index].spool_row, row);
    audio.write_rows(static_cast<std::int64_t>(hashes.size()), row);
    hashes.push_back(xxh3_64(row));
  }
  return hashes;
}

void write_columns(hdf5::Group& root, const Axes& axes, const ExampleSchema& schema, std::span<const Example> examples,
                   const ShardSummary& summary) {
  for (const Column& column : columns()) {
    hdf5::Dataset dataset = create_column(root, column.name, element_type(column, schema), summary.rows);
    describe(dataset, axes, column.units, column.description);
    write_column(dataset, column, examples, summary.order);
  }
  hdf5::Dataset row_hash = create_column(root, kRowHash, hdf5::element_type_of<std::uint64_t>(), summary.rows);
  describe_row_hash(row_hash, axes);
  hdf5::write_numbers<std::uint64_t>(row_hash, summary.row_hashes);
}

}  // namespace

ShardSummary write_shard(const std::filesystem::path& folder, const ShardPlace& place, const ExampleSchema& schema,
                         const Provenance& provenance, std::span<const Example> examples, const RowSpool& spool) {
  if (schema.samples_per_row <= 0) throw Error{"a row needs at least one sample", shard_file_name(place)};
  ShardSummary summary;
  summary.file_name = shard_file_name(place);
  summary.rows = static_cast<std::int64_t>(examples.size());
  summary.audio_bytes = summary.rows * static_cast<std::int64_t>(row_bytes(schema));
  summary.order = order_examples(place.split, examples);

  StagedFile staged{folder / summary.file_name};
  hdf5::File file = hdf5::File::create(staged.path());
  hdf5::Group& root = file.root();
  write_attributes(root, kShardKind, {place.dataset, place.version, place.split}, schema, provenance);
  root.set_integer("shard_index", place.index);
  root.set_integer("shard_count", place.count);
  {
    const Axes axes = create_axes(root, summary.rows, schema.samples_per_row);
    summary.row_hashes = write_audio(root, axes, schema, examples, summary.order, spool);
    write_columns(root, axes, schema, examples, summary);
  }
  file.close();
  staged.publish();
  return summary;
}

}  // namespace veery
