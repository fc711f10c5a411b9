#include <algorithm>
#include <cmath>
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

const Split& choose_split(const std::vector<Split>& splits, const std::string& key) {
  const double place = std::ldexp(static_cast<double>(hash(key)), -64);
  double upper = 0.0;
  for (const Split& split : splits) {
    upper += split.share;
    if (place < upper) return split;
  }
  return splits.back();
}

std::vector<std::size_t> shuffled_members(const ArchiveIndex& index, const WorkPlan& plan, const std::string& split) {
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    if (plan.split_of[i] == split) members.push_back(i);
  }
  const auto order = [&](std::size_t i) { return hash("order " + hex64(index.recordings[i].id)); };
  std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
    const std::uint64_t first = order(a);
    const std::uint64_t second = order(b);
    return first != second ? first < second : a < b;
  });
  return members;
}

/// Cuts a split's recordings into `total / unit_s` units; a recording goes where its middle falls.
std::vector<WorkUnit> cut(const ArchiveIndex& index, const std::vector<std::size_t>& members, double unit_s) {
  double total = 0.0;
  for (const std::size_t i : members) total += index.recordings[i].claimed_s();
  const double count = std::max(1.0, std::round(total / unit_s));
  std::vector<WorkUnit> units;
  double before = 0.0;
  double last_place = -1.0;
  for (const std::size_t i : members) {
    const double seconds = index.recordings[i].claimed_s();
    const double place = std::floor((before + seconds / 2.0) / total * count);
    if (place != last_place) units.emplace_back();
    last_place = place;
    units.back().recordings.push_back(i);
    units.back().audio_s += seconds;
    before += seconds;
  }
  return units;
}

}  // namespace

WorkPlan plan_work(const ArchiveIndex& index, const PlanOptions& options) {
  check(options.splits);
  WorkPlan plan;
  double total = 0.0;
  for (const Recording& recording : index.recordings) {
    plan.split_of.push_back(choose_split(options.splits, split_key(recording, options.split_by)).name);
    total += recording.claimed_s();
  }
  const double automatic = std::clamp(total / kUnitsPerArchive, kShortestUnitS, kLongestUnitS);
  const double unit_s = options.unit_s > 0.0 ? options.unit_s : automatic;
  plan.unit_of.assign(index.recordings.size(), -1);
  for (const Split& split : options.splits) {
    std::vector<WorkUnit> units = cut(index, shuffled_members(index, plan, split.name), unit_s);
    for (std::size_t s = 0; s < units.size(); ++s) {
      WorkUnit& unit = units[s];
      unit.number = static_cast<int>(plan.units.size());
      unit.split = split.name;
      unit.shard = static_cast<int>(s);
      unit.shards = static_cast<int>(units.size());
      for (const std::size_t i : unit.recordings) plan.unit_of[i] = unit.number;
      plan.units.push_back(std::move(unit));
    }
  }
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
