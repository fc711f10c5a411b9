#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include <veery/shards/choose_rows.hpp>

namespace veery {
namespace {

TEST(ChooseRows, GivesDifferentRowsInOrder) {
  const std::vector<std::int64_t> chosen = choose_rows(1000, 100, 7);
  EXPECT_EQ(chosen.size(), 100U);
  EXPECT_TRUE(std::is_sorted(chosen.begin(), chosen.end()));
  EXPECT_EQ(std::adjacent_find(chosen.begin(), chosen.end()), chosen.end());
  EXPECT_GE(chosen.front(), 0);
  EXPECT_LT(chosen.back(), 1000);
}

TEST(ChooseRows, GivesAllWhereThereAreNotMore) {
  std::vector<std::int64_t> all(5);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(choose_rows(5, 5, 1), all);
  EXPECT_EQ(choose_rows(5, 9, 1), all);
  EXPECT_TRUE(choose_rows(0, 9, 1).empty());
  EXPECT_TRUE(choose_rows(5, 0, 1).empty());
}

TEST(ChooseRows, KeepsTheFewOfManyAndChangesWithTheSeed) {
  const std::vector<std::int64_t> few = choose_rows(500, 10, 3);
  const std::vector<std::int64_t> many = choose_rows(500, 50, 3);
  EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
  EXPECT_NE(choose_rows(500, 10, 4), few);
}

/// Each of 20 rows is among 5 in a quarter of 4,000 seeds: 1,000 ± 27.4, so that 6 deviations are 164.
TEST(ChooseRows, ChoosesEachRowAsOften) {
  std::array<int, 20> counts{};
  for (std::uint64_t seed = 0; seed < 4000; ++seed)
    for (const std::int64_t row : choose_rows(20, 5, seed)) ++counts.at(static_cast<std::size_t>(row));
  for (const int count : counts) EXPECT_NEAR(count, 1000, 164);
}

}  // namespace
}  // namespace veery
