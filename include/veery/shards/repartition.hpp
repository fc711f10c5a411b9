#pragma once
// The rows of a split in other shards. The result is a function of the rows alone: they come in TFDS's order of the
// whole split, cut as TFDS cuts it, however they were sharded before.
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/base/output_folder.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_place.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/shards/tfds_format.hpp>

namespace veery {

/// Where each of `shards` ends in `rows`: after round_half_even(rows · (i + 1) / shards). Lengths differ by at most
/// one.
[[nodiscard]] std::vector<std::int64_t> shard_ends(std::int64_t rows, std::int64_t shards);

/// What has to be known of a shard before its rows can go elsewhere.
struct ShardContent {
  ExampleSchema schema;
  Provenance provenance;    ///< of what made the rows
  std::vector<Md5> hashes;  ///< of its rows' keys, ascending (order_hash)
};
/// Throws Error when the shard is not of that split, has not as many rows or has them out of order.
[[nodiscard]] ShardContent inspect_shard(const std::filesystem::path& path, const SplitPlace& place, std::int64_t rows);

/// The narrowest schema that holds rows of both. Throws Error when they are not of one dataset.
[[nodiscard]] ExampleSchema joined(const ExampleSchema& left, const ExampleSchema& right);
/// Programs that differ (an extended dataset) are listed one a line; options that differ are an Error.
[[nodiscard]] Provenance joined(const Provenance& left, const Provenance& right);

/// `cuts[s]`: where the rows of shard s are cut, n + 1 places for n new shards. Rows behind the last of `ends` are
/// left out. Throws Error when a key is there twice. `hashes`: of each shard, ascending.
[[nodiscard]] std::vector<std::vector<std::int64_t>> cut_shards(std::span<const std::vector<Md5>> hashes,
                                                                std::span<const std::int64_t> ends);

/// Rows [first, end) of a shard.
struct ShardPart {
  std::filesystem::path path;
  std::int64_t first = 0;
  std::int64_t end = 0;
};

/// The rows of a new shard; their audio waits in a nameless file.
class GatheredRows {
 public:
  /// One of `parts` at a time is open; `scratch` exists. Each row is compared with its row_xxh3. Throws Error naming
  /// shard and row of one that is damaged.
  GatheredRows(const std::filesystem::path& scratch, const ExampleSchema& schema, std::span<const ShardPart> parts);

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(examples_.size()); }

  /// Each writes the shard in `folder`, as write_shard and write_tfrecord_shard do.
  ShardSummary write(const OutputFolder& folder, const ShardPlace& place, const Provenance& provenance) const;
  ShardSummary write_tfrecord(const OutputFolder& folder, const ShardPlace& place, const TfdsFormat& format) const;

 private:
  void add(const ShardPart& part);
  [[nodiscard]] std::string fingerprint(const ShardPlace& place) const;

  const ExampleSchema& schema_;
  RowSpool spool_;
  std::vector<Example> examples_;
  std::vector<std::uint64_t> row_hashes_;
};

}  // namespace veery
