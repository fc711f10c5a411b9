#include "peaks/sliding_quantile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "reference.hpp"

namespace veery {
namespace {

TEST(SlidingQuantile, IsThatOfTheSortedWindow) {
  std::mt19937 random{2};
  for (const std::int64_t length : {1, 2, 63, 64, 65, 1'000, 9'000}) {
    for (const unsigned values : {3U, 1'000'000U}) {  // with ties and without
      std::vector<double> signal;
      for (std::int64_t i = 0; i < length; ++i) signal.push_back(static_cast<double>(random() % values) - 1.0);
      SlidingQuantile sliding{signal};
      const std::int64_t window = (length + 19) / 20;
      for (std::int64_t column = 0; column < length; column += 1 + static_cast<std::int64_t>(random() % 40)) {
        const std::int64_t begin = std::max<std::int64_t>(column - window / 2, 0);
        const std::int64_t end = std::min(column + window / 2 + window % 2, length);
        sliding.move_to(begin, end);
        ASSERT_EQ(sliding.quantile(0.1), test::naive_quantile(signal, begin, end, 0.1)) << length << ", " << column;
      }
    }
  }
}

TEST(SlidingQuantile, InterpolatesAsSciPy) {
  const std::vector<double> signal{5.0, 1.0, 4.0, 2.0, 3.0};
  SlidingQuantile sliding{signal};
  sliding.move_to(0, 5);

  EXPECT_DOUBLE_EQ(sliding.quantile(0.1), 1.4);
  EXPECT_DOUBLE_EQ(sliding.quantile(0.5), 3.0);
  EXPECT_DOUBLE_EQ(sliding.quantile(1.0), 5.0);
}

TEST(SlidingQuantile, JumpsOverWindows) {
  const std::vector<double> signal{9.0, 8.0, 7.0, 6.0, 5.0, 4.0};
  SlidingQuantile sliding{signal};
  sliding.move_to(0, 2);
  sliding.move_to(4, 6);

  EXPECT_DOUBLE_EQ(sliding.quantile(0.0), 4.0);
  EXPECT_DOUBLE_EQ(sliding.quantile(1.0), 5.0);
}

}  // namespace
}  // namespace veery
