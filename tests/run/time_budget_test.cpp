#include "run/time_budget.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace veery {
namespace {

using std::chrono::seconds;
const TimeBudget::Clock::time_point kStart{seconds{1000}};

TEST(TimeBudget, IsWithoutEndUnlessThereIsAWalltime) {
  EXPECT_TRUE(std::isinf(TimeBudget({}, kStart).left_s(kStart + seconds{1'000'000})));
}

TEST(TimeBudget, EndsBeforeTheWalltimeDoes) {
  const TimeBudget budget{{.walltime_s = 3600.0, .stop_before_end_s = 300.0}, kStart};
  EXPECT_EQ(budget.left_s(kStart), 3300.0);
  EXPECT_EQ(budget.left_s(kStart + seconds{3300}), 0.0);
  EXPECT_EQ(budget.left_s(kStart + seconds{3400}), -100.0);
}

}  // namespace
}  // namespace veery
