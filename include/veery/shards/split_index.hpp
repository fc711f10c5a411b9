#pragma once
// One file a split through which all its shards look like one dataset (HDF5 virtual datasets).
#include <cstdint>
#include <span>
#include <string>

#include <veery/base/output_folder.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/shard_place.hpp>
#include <veery/shards/shard_writer.hpp>

namespace veery {

struct ShardRows {
  std::string file_name;  ///< in the folder of the index
  std::int64_t rows = 0;
  std::int64_t most_annotations = 0;  ///< of the shard's own schema, at most that of the split's
};

/// Writes `split_index_file_name(place)` beside the shards and returns the name. The shards are not opened; should
/// one be missing later, HDF5 gives zeros for its rows (`row_xxh3` is 0 there, and ShardReader::verify finds them).
/// HDF5 1.10 does the same for a shard that the process has open by itself too, and locks the shards whatever the
/// index was opened with: set HDF5_USE_FILE_LOCKING=FALSE for programs that read index files.
std::string write_split_index(const OutputFolder& folder, const SplitPlace& place, const ExampleSchema& schema,
                              const Provenance& provenance, std::span<const ShardRows> shards);

}  // namespace veery
