#pragma once
// Cuts an archive into work units. The plan is a pure function of the index and these options: unit numbers,
// their total and the shards' final names are known before any audio is read, and do not depend on ranks.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <veery/archive/archive_index.hpp>

namespace veery {

struct Split {
  std::string name;
  double share = 1.0;  ///< of the recordings (or sites, or days), 0…1
  friend bool operator==(const Split&, const Split&) = default;
};

enum class SplitBy { recording, site, day };

struct PlanOptions {
  std::vector<Split> splits{{"train", 1.0}};
  SplitBy split_by = SplitBy::recording;  ///< what is kept together; never the slice
  double unit_s = 0.0;                    ///< audio a unit; 0: 1/256 of the archive, between 15 min and 4 h
};

/// One unit makes one shard and one record.
struct WorkUnit {
  int number = 0;  ///< from 0, over all splits
  std::string split;
  int shard = 0;                        ///< within its split
  int shards = 1;                       ///< of its split
  std::vector<std::size_t> recordings;  ///< places in ArchiveIndex::recordings
  double audio_s = 0.0;
};

struct WorkPlan {
  std::vector<WorkUnit> units;
  std::vector<std::string> split_of;  ///< of each recording of the index
  std::vector<int> unit_of;           ///< of each recording of the index
};

/// Recordings of a split are ordered by a hash of their id, so that a unit is a random sample of the split.
/// Throws UsageError when the shares do not add up to 1.
[[nodiscard]] WorkPlan plan_work(const ArchiveIndex& index, const PlanOptions& options);

/// Unit numbers with the largest first (ties: lower number), the order in which they are handed out.
[[nodiscard]] std::vector<int> largest_first(const WorkPlan& plan);

}  // namespace veery
