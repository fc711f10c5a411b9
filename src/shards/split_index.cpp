#include <optional>
#include <vector>

#include <veery/base/staged_file.hpp>
#include <veery/hdf5/file.hpp>
#include <veery/shards/split_index.hpp>

#include "shards/columns.hpp"
#include "shards/shard_file.hpp"

namespace veery {
namespace {

hdf5::Dataset create_joined(hdf5::Group& root, const std::string& name, const hdf5::ElementType& type,
                            const std::vector<std::int64_t>& shape, std::span<const ShardRows> shards,
                            bool is_list = false) {
  if (shape[0] == 0) return root.create_dataset(name, type, {.shape = shape});
  std::vector<hdf5::VirtualPart> parts;
  for (const ShardRows& shard : shards)
    parts.push_back({shard.file_name, name, shard.rows, is_list ? shard.most_annotations : 0});
  return root.create_virtual_dataset(name, type, shape, parts, is_list ? std::optional{kNoAnnotation} : std::nullopt);
}

void write_datasets(hdf5::Group& root, const ExampleSchema& schema, std::span<const ShardRows> shards) {
  std::int64_t rows = 0;
  for (const ShardRows& shard : shards) rows += shard.rows;
  const Axes axes = create_axes(root, rows, schema);
  const hdf5::ElementType type = audio_element_type(schema);
  hdf5::Dataset audio = create_joined(root, kAudio, type, audio_shape(rows, schema), shards);
  describe_audio(audio, axes, schema);
  if (schema.stems > 0) {
    hdf5::Dataset stems = create_joined(root, kStems, type, stems_shape(rows, schema), shards);
    describe_stems(stems, axes, schema);
  }
  for (const Column& column : columns(schema)) {
    hdf5::Dataset dataset = create_joined(root, column.name, element_type(column, schema),
                                          column_shape(column, schema, rows), shards, is_list(column));
    describe_column(dataset, axes, column);
  }
  if (schema.is_annotated()) write_classes(root, schema);
  hdf5::Dataset row_hash = create_joined(root, kRowHash, hdf5::element_type_of<std::uint64_t>(), {rows}, shards);
  describe_row_hash(row_hash, axes);
}

}  // namespace

std::string write_split_index(const OutputFolder& folder, const SplitPlace& place, const ExampleSchema& schema,
                              const Provenance& provenance, std::span<const ShardRows> shards) {
  std::string file_name = split_index_file_name(place);
  StagedFile staged = folder.stage(file_name);
  hdf5::File file = hdf5::File::create(staged.path());
  write_attributes(file.root(), kSplitIndexKind, place, schema, provenance);
  file.root().set_integer("shard_count", static_cast<std::int64_t>(shards.size()));
  write_datasets(file.root(), schema, shards);
  file.close();
  staged.publish();
  return file_name;
}

}  // namespace veery
