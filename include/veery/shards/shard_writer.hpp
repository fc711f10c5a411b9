#pragma once
// Writes a work unit's examples as one HDF5 shard: `audio` (a row is an example), `stems` [row, source, sample] where
// the schema has some, and one column a field. The same examples give the same bytes, in whatever order they come.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <veery/base/output_folder.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {

/// Text attributes of the file: fingerprint, options, … `program_version` and `commit` are this build's unless given.
using Provenance = std::map<std::string, std::string>;

struct ShardSummary {
  std::string file_name;
  std::int64_t rows = 0;
  std::int64_t audio_bytes = 0;           ///< of mixtures and stems, before any compression
  std::int64_t payload_bytes = 0;         ///< of a TFRecord file: its messages without their frames
  std::vector<std::size_t> order;         ///< row → index in the examples given
  std::vector<std::uint64_t> row_hashes;  ///< of each row: XXH3 of its mixture and stems as stored, little-endian
};

/// Writes `shard_file_name(place)` in `folder`, staged and renamed; nothing is left behind on failure. A row of the
/// spool is `row_bytes(schema)` long: mixture, then stems. Throws Error, also for a `peak_source` that is no stem or
/// a `stem_gain` that is no power of two of at most 1 (without stems: other than -1 and 1).
ShardSummary write_shard(const OutputFolder& folder, const ShardPlace& place, const ExampleSchema& schema,
                         const Provenance& provenance, std::span<const Example> examples, const RowSpool& spool);

}  // namespace veery
