#include "peaks/ridge_lines.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "reference.hpp"

namespace veery {
namespace {

using Points = std::vector<RidgePoint>;

std::vector<std::int64_t> ends(const std::vector<RidgeLine>& lines) {
  std::vector<std::int64_t> columns;
  for (const RidgeLine& line : lines) columns.push_back(line.end.column);
  return columns;
}

std::vector<std::int64_t> points(const std::vector<RidgeLine>& lines) {
  std::vector<std::int64_t> counts;
  for (const RidgeLine& line : lines) counts.push_back(line.points);
  return counts;
}

using Columns = std::vector<std::int64_t>;

TEST(RidgeLines, StartWhereNoneIsInReach) {
  std::vector<RidgeLine> lines;
  extend_ridge_lines(lines, Points{{10, 1.0}, {30, 2.0}}, 5.0);
  extend_ridge_lines(lines, Points{{16, 3.0}, {25, 4.0}}, 5.0);

  EXPECT_EQ(ends(lines), (Columns{10, 25, 16}));
  EXPECT_EQ(points(lines), (Columns{1, 2, 1}));
  EXPECT_EQ(lines[1].end.value, 4.0);
}

TEST(RidgeLines, TakeSeveralMaximaOfARowAndEndInTheRightMost) {
  std::vector<RidgeLine> lines;
  extend_ridge_lines(lines, Points{{10, 1.0}}, 5.0);
  extend_ridge_lines(lines, Points{{7, 1.0}, {9, 2.0}, {14, 3.0}}, 5.0);

  EXPECT_EQ(ends(lines), (Columns{14}));
  EXPECT_EQ(points(lines), (Columns{4}));
}

TEST(RidgeLines, OfTwoEquallyNearTheEarlierIsContinued) {
  std::vector<RidgeLine> lines;
  extend_ridge_lines(lines, Points{{20, 1.0}}, 5.0);
  extend_ridge_lines(lines, Points{{10, 1.0}}, 5.0);  // created later, to the left
  extend_ridge_lines(lines, Points{{15, 1.0}}, 5.0);

  EXPECT_EQ(ends(lines), (Columns{15, 10}));
}

TEST(RidgeLines, OfARowAreNotSeenInThatRow) {
  std::vector<RidgeLine> lines;
  extend_ridge_lines(lines, Points{{10, 1.0}, {11, 1.0}, {12, 1.0}}, 5.0);

  EXPECT_EQ(ends(lines), (Columns{10, 11, 12}));
}

TEST(RidgeLines, AreTheReferences) {
  std::mt19937 random{1};
  for (int trial = 0; trial < 300; ++trial) {
    const std::int64_t width = trial % 2 == 0 ? 60 : 2'000;  // crowded: ties and many to one; or sparse
    std::vector<RidgeLine> lines;
    std::vector<RidgeLine> expected;
    for (int row = 0; row < 10; ++row) {
      std::set<std::int64_t> columns;
      for (auto i = random() % 25; i > 0; --i) columns.insert(static_cast<std::int64_t>(random()) % width);
      Points maxima;
      for (const std::int64_t column : columns) maxima.push_back({column, static_cast<double>(random())});
      const double reach = 46.25 - 3.75 * row;
      extend_ridge_lines(lines, maxima, trial % 4 < 2 ? reach : 4.0);
      test::naive_extend(expected, maxima, trial % 4 < 2 ? reach : 4.0);
      ASSERT_EQ(ends(lines), ends(expected)) << trial << ", " << row;
      ASSERT_EQ(points(lines), points(expected));
    }
  }
}

}  // namespace
}  // namespace veery
