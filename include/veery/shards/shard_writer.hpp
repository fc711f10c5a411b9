#pragma once
// Writes a work unit's examples as one HDF5 shard: `audio` (a row is an example) and one column a field. The same
// examples give the same bytes, in whatever order they come.
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {

/// Text attributes of the file: fingerprint, options, … `program_version` and `commit` are this build's unless given.
using Provenance = std::map<std::string, std::string>;

struct ShardSummary {
  std::string file_name;
  std::int64_t rows = 0;
  std::int64_t audio_bytes = 0;
  std::vector<std::size_t> order;         ///< row → index in the examples given
  std::vector<std::uint64_t> row_hashes;  ///< of each row: XXH3 of its audio as stored, little-endian
};

/// Writes `shard_file_name(place)` in `folder`, staged and renamed; nothing is left behind on failure. Throws Error.
ShardSummary write_shard(const std::filesystem::path& folder, const ShardPlace& place, const ExampleSchema& schema,
                         const Provenance& provenance, std::span<const Example> examples, const RowSpool& spool);

}  // namespace veery
