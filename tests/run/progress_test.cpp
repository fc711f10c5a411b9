#include "run/progress.hpp"

#include <gtest/gtest.h>

namespace veery {
namespace {

TEST(RankProgress, WhoIsDoneEarlyWaitsForTheLast) {
  std::vector<RankProgress> ranks(2);
  ranks[0].wall_s = 10.0;
  ranks[0].wait_s = 1.0;
  ranks[1].wall_s = 7.0;
  ranks[1].wait_s = 0.5;

  const std::vector<RankProgress> ended = until_the_last(ranks);

  EXPECT_DOUBLE_EQ(ended[0].wait_s, 1.0);
  EXPECT_DOUBLE_EQ(ended[1].wait_s, 3.5);
  EXPECT_DOUBLE_EQ(ended[1].wall_s, 10.0);
}

}  // namespace
}  // namespace veery
