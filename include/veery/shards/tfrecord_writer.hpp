#pragma once
// Writes a work unit's examples as one TFRecord file: rows in the order of the HDF5 shard, one tf.train.Example each,
// fields sorted by name. The same examples give the same bytes, in whatever order they come.
#include <span>

#include <veery/base/output_folder.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_place.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/shards/tfds_format.hpp>

namespace veery {

/// Writes `tfrecord_file_name(place)` in `folder`, staged and renamed; nothing is left behind on failure. A row of the
/// spool is `row_bytes(schema)` long: mixture, then stems. Throws Error as `write_shard` does.
ShardSummary write_tfrecord_shard(const OutputFolder& folder, const ShardPlace& place, const ExampleSchema& schema,
                                  const TfdsFormat& format, std::span<const Example> examples, const RowSpool& spool);

}  // namespace veery
