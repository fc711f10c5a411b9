#include "run/time_budget.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace veery {
namespace {

using std::chrono::seconds;
const TimeBudget::Clock::time_point kBegin{seconds{1000}};
const Moment kStart{kBegin, std::chrono::system_clock::time_point{seconds{1'780'000'000}}};

TimeOptions limits(double walltime_s, double deadline_s, double stop_before_end_s = 300.0) {
  TimeOptions options;
  options.walltime_s = walltime_s;
  options.deadline_s = deadline_s;
  options.stop_before_end_s = stop_before_end_s;
  return options;
}

TimeOptions recording_timeout(double timeout_s) {
  TimeOptions options;
  options.recording_timeout_s = timeout_s;
  return options;
}

TEST(TimeBudget, IsWithoutEndUnlessThereIsAWalltime) {
  EXPECT_TRUE(std::isinf(TimeBudget({}, kStart).left_s(kBegin + seconds{1'000'000})));
}

TEST(TimeBudget, EndsBeforeTheWalltimeDoes) {
  const TimeBudget budget{limits(3600.0, 0.0), kStart};
  EXPECT_EQ(budget.left_s(kBegin), 3300.0);
  EXPECT_EQ(budget.left_s(kBegin + seconds{3300}), 0.0);
  EXPECT_EQ(budget.left_s(kBegin + seconds{3400}), -100.0);
}

TEST(TimeBudget, EndsBeforeTheDeadlineDoes) {
  const TimeBudget budget{limits(0.0, 1'780'001'000.0, 100.0), kStart};
  EXPECT_EQ(budget.left_s(kBegin + seconds{500}), 400.0);
}

TEST(TimeBudget, EndsWithTheEarlierOfBoth) {
  EXPECT_EQ((TimeBudget{limits(700.0, 1'780'001'000.0), kStart}.left_s(kBegin)), 400.0);
  EXPECT_EQ((TimeBudget{limits(5000.0, 1'780'001'000.0), kStart}.left_s(kBegin)), 700.0);
}

TEST(RecordingTimeLimit, GrowsWithTheRecordingUnlessItIsSet) {
  EXPECT_EQ(recording_time_limit_s({}, 3600.0, false), 1800.0 + 3600.0);
  EXPECT_EQ(recording_time_limit_s({}, 3600.0, true), 1800.0 + 36'000.0);
  EXPECT_EQ(recording_time_limit_s(recording_timeout(60.0), 3600.0, true), 60.0);
  EXPECT_TRUE(std::isinf(recording_time_limit_s(recording_timeout(0.0), 3600.0, true)));
}

}  // namespace
}  // namespace veery
