#include "run/schedule_simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "synthetic_index.hpp"

namespace veery {
namespace {

const AssumedSpeed kRealTime{1.0, 0.0};

WorkPlan units_of(const std::vector<double>& audio_s) {
  WorkPlan plan;
  for (const double seconds : audio_s) {
    WorkUnit& unit = plan.units.emplace_back();
    unit.number = static_cast<int>(plan.units.size()) - 1;
    unit.audio_s = seconds;
  }
  return plan;
}

SimulatedSchedule simulate(const WorkPlan& plan, int ranks, const AssumedSpeed& speed = kRealTime) {
  return simulate_schedule(plan, largest_first(plan), ranks, speed);
}

TEST(ScheduleSimulation, OneRankNeverWaits) {
  const SimulatedSchedule schedule = simulate(units_of({30.0, 10.0, 20.0}), 1);
  EXPECT_EQ(schedule.ranks[0].units, (std::vector<int>{0, 2, 1}));
  EXPECT_DOUBLE_EQ(schedule.makespan_s, 60.0);
  EXPECT_DOUBLE_EQ(schedule.waiting_share(), 0.0);
}

TEST(ScheduleSimulation, WhoIsDoneFirstTakesTheNextUnit) {
  // A unit ahead goes to nobody once fewer than two are left for two ranks: rank 1, free after 5 s, takes it.
  const SimulatedSchedule schedule = simulate(units_of({9.0, 5.0, 4.0}), 2);
  EXPECT_EQ(schedule.ranks[0].units, (std::vector<int>{0}));
  EXPECT_EQ(schedule.ranks[1].units, (std::vector<int>{1, 2}));
  EXPECT_DOUBLE_EQ(schedule.makespan_s, 9.0);
  EXPECT_DOUBLE_EQ(schedule.waiting_share(), 0.0);
}

TEST(ScheduleSimulation, AUnitAskedForAheadStaysWithItsRank) {
  // Of four units each rank has one in work; rank 0 is the first to ask ahead and gets unit 2, the last is put off.
  const SimulatedSchedule schedule = simulate(units_of({9.0, 5.0, 4.0, 1.0}), 2);
  EXPECT_EQ(schedule.ranks[0].units, (std::vector<int>{0, 2}));
  EXPECT_EQ(schedule.ranks[1].units, (std::vector<int>{1, 3}));
  EXPECT_DOUBLE_EQ(schedule.makespan_s, 13.0);
}

TEST(ScheduleSimulation, WaitingIsTheTimeUntilTheLastUnitIsDone) {
  const SimulatedSchedule schedule = simulate(units_of({100.0, 20.0}), 3);
  EXPECT_DOUBLE_EQ(schedule.makespan_s, 100.0);
  EXPECT_DOUBLE_EQ(schedule.waiting_share(), 0.6);  // 80 s and 100 s of 300 s
}

TEST(ScheduleSimulation, SpeedAndTheTimePerUnitScaleIt) {
  const SimulatedSchedule schedule = simulate(units_of({1000.0, 500.0}), 1, {500.0, 2.0});
  EXPECT_DOUBLE_EQ(schedule.makespan_s, 3.0 + 4.0);
}

TEST(ScheduleSimulation, WithoutUnitsNobodyWaits) {
  const SimulatedSchedule schedule = simulate({}, 4);
  EXPECT_EQ(schedule.makespan_s, 0.0);
  EXPECT_EQ(schedule.waiting_share(), 0.0);
}

TEST(ScheduleSimulation, EveryUnitIsDoneOnceByAnyNumberOfRanks) {
  ArchiveIndex index = test::synthetic_share(20'000);
  sort_index(index);
  const WorkPlan plan = plan_work(index, {});
  for (const int ranks : {1, 3, 64, 1'024}) {
    const SimulatedSchedule schedule = simulate(plan, ranks);
    std::vector<int> done;
    double busy_s = 0.0;
    for (const SimulatedRank& rank : schedule.ranks) {
      done.insert(done.end(), rank.units.begin(), rank.units.end());
      busy_s += rank.busy_s;
      EXPECT_LE(rank.busy_s, schedule.makespan_s + 1e-6);
    }
    std::sort(done.begin(), done.end());
    ASSERT_EQ(done.size(), plan.units.size());
    for (std::size_t u = 0; u < done.size(); ++u) EXPECT_EQ(done[u], static_cast<int>(u));
    double audio_s = 0.0;
    for (const WorkUnit& unit : plan.units) audio_s += unit.audio_s;
    EXPECT_NEAR(busy_s, audio_s, 1e-3);
  }
}

}  // namespace
}  // namespace veery
