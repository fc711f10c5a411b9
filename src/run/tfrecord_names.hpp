#pragma once
// TFDS wants every shard of a split to name the same count, and `--extend` adds to it. So a TFRecord shard's file is
// renamed when an extension is published; its record, written once, keeps the name of its time, and is read with
// these.
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <veery/manifest/unit_record.hpp>

namespace veery {

using ShardCounts = std::map<std::string, int>;  ///< of each split

/// Of a finished run, which has a record a shard.
[[nodiscard]] ShardCounts shard_counts(const std::vector<UnitRecord>& records);

/// Gives the record's TFRecord shard, if it has one, the name that it has among so many.
void rename_by_counts(UnitRecord& record, const ShardCounts& counts);

/// The TFRecord files in a folder: the name without its count → the counts that it is there with. A folder that is
/// missing has none.
using PresentTfrecords = std::map<std::string, std::set<int>>;
[[nodiscard]] PresentTfrecords present_tfrecords(const std::filesystem::path& folder);

/// Gives the record's TFRecord shard, if it has one, the name that it has now: that with the largest count, because
/// counts only grow.
void rename_by_present(UnitRecord& record, const PresentTfrecords& present);

/// Renames the files of `records` to the names that the records give them, from any that they had before; of a shard
/// with two files the later one stays. May be done any number of times. Throws Error.
void settle_tfrecords(const std::filesystem::path& folder, const std::vector<UnitRecord>& records);

}  // namespace veery
