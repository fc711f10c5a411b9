#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <veery/archive/work_plan.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

Recording recording(const std::string& path, double seconds) {
  Recording made;
  made.path = path;
  made.id = xxh3_64(std::as_bytes(std::span{path}));
  made.audio.sample_rate_hz = 1'000;
  made.audio.claimed_frames = static_cast<std::int64_t>(seconds * 1'000);
  made.start = time_from_name(path.substr(path.rfind('/') + 1));
  made.site = path.substr(0, path.rfind('/'));
  return made;
}

/// Days × hours of one-minute recordings at each of a few sites.
ArchiveIndex some_archive(int sites = 5, int days = 4, int hours = 10) {
  ArchiveIndex index;
  for (int site = 0; site < sites; ++site) {
    for (int i = 0; i < days * hours; ++i) {
      const std::string name =
          "2024060" + std::to_string(i / hours + 1) + "_0" + std::to_string(i % hours) + "0000.wav";
      index.recordings.push_back(recording("site-" + std::to_string(site) + "/" + name, 60.0));
    }
  }
  sort_index(index);
  return index;
}

PlanOptions options(double unit_s, std::vector<Split> splits = {{"train", 0.7}, {"test", 0.3}}) {
  return {std::move(splits), SplitBy::recording, unit_s};
}

void expect_kept_together(SplitBy by, std::string (*key)(const Recording&)) {
  const ArchiveIndex index = some_archive();
  PlanOptions how = options(600.0);
  how.split_by = by;
  const WorkPlan plan = plan_work(index, how);
  std::map<std::string, std::set<std::string>> splits;
  for (std::size_t i = 0; i < index.recordings.size(); ++i) splits[key(index.recordings[i])].insert(plan.split_of(i));
  for (const auto& [name, found] : splits) EXPECT_EQ(found.size(), 1U) << name;
}

TEST(WorkPlan, EveryRecordingIsInExactlyOneUnitOfItsSplit) {
  const ArchiveIndex index = some_archive();
  const WorkPlan plan = plan_work(index, options(600.0));
  std::vector<int> seen(index.recordings.size());
  for (const WorkUnit& unit : plan.units) {
    EXPECT_FALSE(unit.recordings.empty());
    for (const std::size_t i : unit.recordings) {
      ++seen[i];
      EXPECT_EQ(plan.unit_of[i], unit.number);
      EXPECT_EQ(plan.split_of(i), unit.split);
    }
  }
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
}

Placements placements_of(const ArchiveIndex& index, const WorkPlan& plan) {
  Placements placements;
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const int unit = plan.unit_of[i];
    placements[index.recordings[i].path] = {unit, plan.units[static_cast<std::size_t>(unit)].extension};
  }
  return placements;
}

std::vector<std::string> paths_in(const ArchiveIndex& index, const WorkUnit& unit) {
  std::vector<std::string> paths;
  for (const std::size_t i : unit.recordings) paths.push_back(index.recordings[i].path);
  return paths;
}

void expect_same_unit(const ArchiveIndex& index_a, const WorkUnit& a, const ArchiveIndex& index_b, const WorkUnit& b) {
  EXPECT_EQ(paths_in(index_a, a), paths_in(index_b, b));
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.split, b.split);
  EXPECT_EQ(a.shard, b.shard);
  EXPECT_EQ(a.shards, b.shards);
  EXPECT_EQ(a.extension, b.extension);
}

TEST(WorkPlan, AnExtensionLeavesUnitsAsTheyWere) {
  const ArchiveIndex before = some_archive(3);
  const ArchiveIndex after = some_archive(5);
  const WorkPlan first = plan_work(before, options(600.0));
  const WorkPlan extended = plan_work(after, options(600.0), placements_of(before, first));
  ASSERT_GT(extended.units.size(), first.units.size());
  for (std::size_t u = 0; u < first.units.size(); ++u)
    expect_same_unit(before, first.units[u], after, extended.units[u]);
  std::map<std::string, int> next_shard;
  for (const WorkUnit& unit : extended.units) {
    EXPECT_EQ(unit.extension, static_cast<std::size_t>(unit.number) < first.units.size() ? 0 : 1);
    EXPECT_EQ(unit.shard, next_shard[unit.split]++) << "shards are numbered on";
    EXPECT_LT(unit.shard, unit.shards);
  }
  for (std::size_t i = 0; i < after.recordings.size(); ++i) EXPECT_GE(extended.unit_of[i], 0);

  const WorkPlan again = plan_work(after, options(600.0), placements_of(after, extended));
  ASSERT_EQ(again.units.size(), extended.units.size());
  for (std::size_t u = 0; u < again.units.size(); ++u)
    expect_same_unit(after, extended.units[u], after, again.units[u]);
}

TEST(WorkPlan, EarlierPlacesOfAllRecordingsGiveTheSamePlan) {
  const ArchiveIndex index = some_archive();
  const WorkPlan plan = plan_work(index, options(600.0));
  const WorkPlan again = plan_work(index, options(600.0), placements_of(index, plan));
  ASSERT_EQ(again.units.size(), plan.units.size());
  for (std::size_t u = 0; u < plan.units.size(); ++u) expect_same_unit(index, plan.units[u], index, again.units[u]);
}

TEST(WorkPlan, PlacesThatCanBeNoPlanAreAnError) {
  EXPECT_THROW(static_cast<void>(plan_work(some_archive(), options(600.0), {{"a.wav", {1'000'000, 0}}})), Error);
}

TEST(WorkPlan, NumbersUnitsThroughAndShardsWithinTheirSplit) {
  const WorkPlan plan = plan_work(some_archive(), options(600.0));
  std::map<std::string, int> shards;
  for (std::size_t u = 0; u < plan.units.size(); ++u) {
    EXPECT_EQ(plan.units[u].number, static_cast<int>(u));
    EXPECT_EQ(plan.units[u].shard, shards[plan.units[u].split]++);
  }
  for (const WorkUnit& unit : plan.units) EXPECT_EQ(unit.shards, shards[unit.split]);
  EXPECT_EQ(shards.size(), 2U);
}

TEST(WorkPlan, UnitsHoldAboutTheAudioAskedFor) {
  const WorkPlan plan = plan_work(some_archive(), options(600.0));
  EXPECT_NEAR(static_cast<double>(plan.units.size()), 20.0, 1.0);
  for (const WorkUnit& unit : plan.units) {
    EXPECT_GE(unit.audio_s, 540.0);
    EXPECT_LE(unit.audio_s, 660.0);
  }
}

TEST(WorkPlan, AutomaticUnitsHalveTowardsTheEndOfASplit) {
  const WorkPlan plan = plan_work(some_archive(20, 9, 9), {});  // 27 h: 15 min a unit
  const auto about = [&](double seconds) {
    return std::count_if(plan.units.begin(), plan.units.end(),
                         [&](const WorkUnit& unit) { return std::abs(unit.audio_s - seconds) <= 60.0; });
  };
  EXPECT_EQ(automatic_unit_s(27 * 3'600.0), 900.0);
  EXPECT_NEAR(static_cast<double>(about(900.0)), 54.0, 1.0);
  EXPECT_NEAR(static_cast<double>(about(450.0)), 54.0, 1.0);
  EXPECT_NEAR(static_cast<double>(about(225.0)), 54.0, 1.0);
  EXPECT_NEAR(static_cast<double>(about(112.5)), 108.0, 1.0);
  EXPECT_TRUE(std::is_sorted(plan.units.begin(), plan.units.end(),
                             [](const WorkUnit& a, const WorkUnit& b) { return a.audio_s > b.audio_s + 60.0; }));
}

TEST(WorkPlan, AnArchiveOfOneAutomaticUnitStaysWhole) {
  EXPECT_EQ(plan_work(some_archive(1, 2, 10), {}).units.size(), 1U);  // 20 min
}

TEST(WorkPlan, AutomaticUnitsAreBetweenAQuarterOfAnHourAndFourHours) {
  EXPECT_EQ(automatic_unit_s(60.0), 900.0);
  EXPECT_EQ(automatic_unit_s(256 * 3'600.0), 3'600.0);
  EXPECT_EQ(automatic_unit_s(1e9), 4 * 3'600.0);
}

TEST(WorkPlan, SharesAreAboutThoseAskedFor) {
  const WorkPlan plan = plan_work(some_archive(20, 5, 10), options(600.0));
  std::map<std::string, double> recordings;
  for (const WorkUnit& unit : plan.units) recordings[unit.split] += static_cast<double>(unit.recordings.size());
  EXPECT_NEAR(recordings["train"] / 1'000.0, 0.7, 0.05);
}

TEST(WorkPlan, ARecordingKeepsItsSplitWhenOthersCome) {
  const ArchiveIndex before = some_archive(3);
  const ArchiveIndex after = some_archive(5);
  const WorkPlan first = plan_work(before, options(600.0));
  const WorkPlan second = plan_work(after, options(600.0));
  for (std::size_t i = 0; i < before.recordings.size(); ++i) {
    const auto same = std::find_if(after.recordings.begin(), after.recordings.end(),
                                   [&](const Recording& other) { return other.path == before.recordings[i].path; });
    EXPECT_EQ(second.split_of(static_cast<std::size_t>(same - after.recordings.begin())), first.split_of(i));
  }
}

TEST(WorkPlan, KeepsSitesTogether) {
  expect_kept_together(SplitBy::site, [](const Recording& r) { return r.site; });
}

TEST(WorkPlan, KeepsDaysTogether) {
  expect_kept_together(SplitBy::day, [](const Recording& r) { return format_time(*r.start).substr(0, 10); });
}

TEST(WorkPlan, AVeryLongRecordingIsAUnitOfItsOwn) {
  ArchiveIndex index = some_archive(1, 1, 5);
  index.recordings.push_back(recording("z/long.wav", 36'000.0));
  const WorkPlan plan = plan_work(index, options(120.0, {{"train", 1.0}}));
  const auto alone =
      std::find_if(plan.units.begin(), plan.units.end(), [](const WorkUnit& unit) { return unit.audio_s >= 36'000.0; });
  ASSERT_NE(alone, plan.units.end());
  EXPECT_LE(alone->recordings.size(), 2U);
}

TEST(WorkPlan, AnEmptyArchiveHasNoUnits) {
  EXPECT_TRUE(plan_work({}, options(600.0)).units.empty());
}

TEST(WorkPlan, RefusesSplitsThatCannotBe) {
  const std::vector<std::vector<Split>> wrong{
      {}, {{"train", 0.5}}, {{"", 1.0}}, {{"train", 1.5}, {"test", -0.5}}, {{"train", 0.5}, {"train", 0.5}}};
  for (const auto& splits : wrong) EXPECT_THROW((void)plan_work({}, options(0.0, splits)), UsageError);
}

TEST(WorkPlan, LargestUnitsGoFirst) {
  WorkPlan plan;
  for (const double seconds : {10.0, 30.0, 30.0, 20.0}) {
    plan.units.emplace_back().audio_s = seconds;
  }
  EXPECT_EQ(largest_first(plan), (std::vector<int>{1, 2, 3, 0}));
}

}  // namespace
}  // namespace veery
