#include <algorithm>
#include <cmath>
#include <compare>
#include <map>
#include <numeric>
#include <set>
#include <span>
#include <string_view>

#include <veery/archive/work_plan.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

constexpr double kUnitsPerArchive = 256.0;
constexpr double kShortestUnitS = 15 * 60.0;
constexpr double kLongestUnitS = 4 * 3600.0;
constexpr int kHalvings = 3;

std::uint64_t hash(std::string_view text) {
  return xxh3_64(std::as_bytes(std::span{text}));
}

/// What must stay in one split.
std::string split_key(const Recording& recording, SplitBy by) {
  if (by == SplitBy::site) return "site " + recording.site;
  if (by == SplitBy::day && recording.start) return "day " + format_time(*recording.start).substr(0, 10);
  return "recording " + recording.path;
}

void check(const std::vector<Split>& splits) {
  double total = 0.0;
  std::set<std::string_view> names;
  for (const Split& split : splits) {
    if (split.name.empty() || !(split.share >= 0.0)) throw UsageError{"a split needs a name and a share", split.name};
    if (!names.insert(split.name).second) throw UsageError{"two splits have one name: " + split.name, "--split"};
    total += split.share;
  }
  if (splits.empty() || std::abs(total - 1.0) > 1e-9) {
    throw UsageError{"the shares of --split add up to " + decimal(total), "--split", "they must add up to 1"};
  }
}

/// The place of the recording's split in `splits`.
std::size_t choose_split(const std::vector<Split>& splits, const std::string& key) {
  const double place = std::ldexp(static_cast<double>(hash(key)), -64);
  double upper = 0.0;
  for (std::size_t s = 0; s < splits.size(); ++s) {
    upper += splits[s].share;
    if (place < upper) return s;
  }
  return splits.size() - 1;
}

/// A recording and its place in the order of its split.
struct Member {
  std::uint64_t order = 0;
  std::size_t recording = 0;
  friend auto operator<=>(const Member&, const Member&) = default;
};

/// The recordings of each split, shuffled.
std::vector<std::vector<Member>> members_of_splits(const ArchiveIndex& index, const PlanOptions& options) {
  std::vector<std::vector<Member>> members(options.splits.size());
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const Recording& recording = index.recordings[i];
    members[choose_split(options.splits, split_key(recording, options.split_by))].push_back(
        {hash("order " + hex64(recording.id)), i});
  }
  for (std::vector<Member>& split : members) std::sort(split.begin(), split.end());
  return members;
}

/// How many units begin and end before `share` of a split, where equal ones were 1 altogether: they halve in length
/// each time that half of the rest is done, `halvings` times.
double units_within(double share, int halvings) {
  const double rest = 1.0 - share;
  const int halved = rest > 0.0 ? std::clamp(-std::ilogb(rest) - 1, 0, halvings) : halvings;
  return 1.0 + 0.5 * halved - std::ldexp(rest, halved);
}

/// Cuts a split's recordings into units of `unit_s` and its halves; a recording goes where its middle falls.
std::vector<WorkUnit> cut(const ArchiveIndex& index, const std::vector<Member>& members, double unit_s, int halvings) {
  double total = 0.0;
  for (const Member& member : members) total += index.recordings[member.recording].claimed_s();
  const double count = std::max(1.0, std::round(total / unit_s));
  if (count <= 1.0) halvings = 0;  // a small archive stays one shard
  std::vector<WorkUnit> units;
  double before = 0.0;
  double last_place = -1.0;
  for (const Member& member : members) {
    const double seconds = index.recordings[member.recording].claimed_s();
    const double place = std::floor(units_within((before + seconds / 2.0) / total, halvings) * count);
    if (place != last_place) units.emplace_back();
    last_place = place;
    units.back().recordings.push_back(member.recording);
    units.back().audio_s += seconds;
    before += seconds;
  }
  return units;
}

/// Takes those that earlier runs placed out of `members`, and puts them where they were.
void keep_units(const ArchiveIndex& index, const PlanOptions& options, const Placements& earlier,
                std::vector<std::vector<Member>>& members, WorkPlan& plan) {
  int units = 0;
  for (const auto& [path, placement] : earlier) units = std::max(units, placement.unit + 1);
  if (static_cast<std::size_t>(units) > earlier.size()) throw Error{"the index table lacks recordings", "index.csv"};
  plan.units.resize(static_cast<std::size_t>(units));
  for (std::size_t split = 0; split < members.size(); ++split) {
    std::erase_if(members[split], [&](const Member& member) {
      const Recording& recording = index.recordings[member.recording];
      const auto known = earlier.find(recording.path);
      if (known == earlier.end()) return false;
      WorkUnit& unit = plan.units.at(static_cast<std::size_t>(known->second.unit));
      unit.split = options.splits[split].name;
      unit.extension = known->second.extension;
      unit.recordings.push_back(member.recording);
      unit.audio_s += recording.claimed_s();
      return true;
    });
  }
}

/// Numbers units, and their shards within each split.
void number(WorkPlan& plan) {
  std::map<std::string_view, std::map<int, int>> shards;  // of each split, up to each extension
  int next = 0;
  for (WorkUnit& unit : plan.units) {
    unit.number = next++;
    for (const std::size_t i : unit.recordings) plan.unit_of[i] = unit.number;
    std::map<int, int>& of_split = shards[unit.split];
    unit.shard = of_split.empty() ? 0 : of_split.rbegin()->second;
    of_split[unit.extension] = unit.shard + 1;
  }
  for (WorkUnit& unit : plan.units) unit.shards = shards[unit.split][unit.extension];
}

double seconds_of(const ArchiveIndex& index, const std::vector<std::vector<Member>>& members) {
  double total = 0.0;
  for (const std::vector<Member>& split : members) {
    for (const Member& member : split) total += index.recordings[member.recording].claimed_s();
  }
  return total;
}

}  // namespace

double automatic_unit_s(double archive_s) {
  return std::clamp(archive_s / kUnitsPerArchive, kShortestUnitS, kLongestUnitS);
}

WorkPlan plan_work(const ArchiveIndex& index, const PlanOptions& options, const Placements& earlier) {
  check(options.splits);
  WorkPlan plan;
  plan.unit_of.assign(index.recordings.size(), -1);
  std::vector<std::vector<Member>> members = members_of_splits(index, options);
  keep_units(index, options, earlier, members, plan);
  int extension = earlier.empty() ? 0 : 1;
  for (const WorkUnit& unit : plan.units) extension = std::max(extension, unit.extension + 1);
  const double unit_s = options.unit_s > 0.0 ? options.unit_s : automatic_unit_s(seconds_of(index, members));
  const int halvings = options.unit_s > 0.0 ? 0 : kHalvings;
  for (std::size_t split = 0; split < members.size(); ++split) {
    for (WorkUnit& unit : cut(index, members[split], unit_s, halvings)) {
      unit.split = options.splits[split].name;
      unit.extension = extension;
      plan.units.push_back(std::move(unit));
    }
  }
  number(plan);
  return plan;
}

std::vector<int> largest_first(const WorkPlan& plan) {
  std::vector<int> order(plan.units.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return plan.units[static_cast<std::size_t>(a)].audio_s > plan.units[static_cast<std::size_t>(b)].audio_s;
  });
  return order;
}

}  // namespace veery
