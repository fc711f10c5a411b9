#pragma once
// Cuts an archive into work units. The plan is a pure function of the index and these options: unit numbers,
// their total and the shards' final names are known before any audio is read, and do not depend on ranks.
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
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
  double unit_s = 0.0;                    ///< audio a unit; 0: `automatic_unit_s`, and less for a split's last units
};

/// 1/256 of the archive, between 15 min and 4 h.
[[nodiscard]] double automatic_unit_s(double archive_s);

/// One unit makes one shard and one record.
struct WorkUnit {
  int number = 0;  ///< from 0, over all splits
  std::string split;
  int shard = 0;                        ///< within its split
  int shards = 1;                       ///< of its split, as far as they were known when it was planned
  int extension = 0;                    ///< that its recordings came with; 0: the first run
  std::vector<std::size_t> recordings;  ///< places in ArchiveIndex::recordings
  double audio_s = 0.0;
};

struct WorkPlan {
  std::vector<WorkUnit> units;
  std::vector<int> unit_of;  ///< of each recording of the index

  /// The split of a recording of the index.
  [[nodiscard]] const std::string& split_of(std::size_t recording) const {
    return units[static_cast<std::size_t>(unit_of[recording])].split;
  }
};

/// Where an earlier run of the same options put a recording.
struct Placement {
  int unit = 0;
  int extension = 0;
};
using Placements = std::unordered_map<std::string, Placement>;  ///< by path

/// Recordings of a split are ordered by a hash of their id, so that a unit is a random sample of the split. Automatic
/// units are of that length in the first half of a split's audio, half as long in half of the rest, then a quarter,
/// at last an eighth: many ranks end together when the last units are small.
/// Recordings that `earlier` knows stay in their units, whose numbers and shards stay as they are; those that are new
/// make further units, one extension more. Throws UsageError when the shares do not add up to 1, and Error when
/// `earlier` can't be a plan of these recordings.
[[nodiscard]] WorkPlan plan_work(const ArchiveIndex& index, const PlanOptions& options, const Placements& earlier = {});

/// Unit numbers with the largest first (ties: lower number), the order in which they are handed out.
[[nodiscard]] std::vector<int> largest_first(const WorkPlan& plan);

}  // namespace veery
