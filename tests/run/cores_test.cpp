#include "run/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>

namespace veery {
namespace {

TEST(UsableCores, AreAtLeastOneHoweverManyRanksShareThem) {
  for (const int ranks : {0, 1, 2, 7, 100'000}) EXPECT_GE(usable_cores(ranks), 1) << ranks;
}

TEST(UsableCores, AreAtMostThoseOfTheAffinityMask) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);

  EXPECT_EQ(usable_cores(1), 1);

  sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace veery
