#include "separation/assignment.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace veery::separation {
namespace {

std::vector<int> identity(std::size_t size) {
  std::vector<int> order(size);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

double best_by_trying_all(const ScoreMatrix& scores) {
  std::vector<int> order = identity(scores.size());
  double best = -std::numeric_limits<double>::infinity();
  do {
    best = std::max(best, total_score(scores, order));
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

template <class Draw>
ScoreMatrix random_scores(std::size_t size, Draw draw) {
  ScoreMatrix scores{size};
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < size; ++column) scores(row, column) = draw();
  }
  return scores;
}

void expect_optimal_order(const ScoreMatrix& scores) {
  const std::vector<int> order = best_assignment(scores);

  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  ASSERT_EQ(sorted, identity(scores.size()));
  const double best = best_by_trying_all(scores);
  EXPECT_NEAR(total_score(scores, order), best, 1e-8 * std::max(1.0, std::abs(best)));
}

TEST(Assignment, IsAsGoodAsTheBestOfAllOrders) {
  std::mt19937 random{1};
  std::normal_distribution<double> normal;
  for (int round = 0; round < 100; ++round) {
    for (std::size_t size = 1; size <= 6; ++size) {
      expect_optimal_order(random_scores(size, [&] { return normal(random); }));
    }
  }
}

TEST(Assignment, IsAsGoodAsTheBestOfAllOrdersWithManyTies) {
  std::mt19937 random{2};
  std::uniform_int_distribution<int> few{-1, 1};
  for (int round = 0; round < 100; ++round) {
    for (std::size_t size = 1; size <= 6; ++size) {
      expect_optimal_order(random_scores(size, [&] { return few(random); }));
    }
  }
}

TEST(Assignment, IsAsGoodAtAnyScale) {
  std::mt19937 random{3};
  std::uniform_real_distribution<double> some{0.5, 1.0};
  for (const double scale : {1e-200, 1e-6, 1e6, -1e200}) {
    const ScoreMatrix scores = random_scores(5, [&] { return scale * some(random); });

    const double best = best_by_trying_all(scores);
    EXPECT_NEAR(total_score(scores, best_assignment(scores)), best, 1e-8 * std::abs(scale));
  }
}

TEST(Assignment, KeepsTheOrderWhereAllAreEqual) {
  for (const double score : {0.0, 1.0, -7.5}) {
    EXPECT_EQ(best_assignment(random_scores(8, [&] { return score; })), identity(8));
  }
}

TEST(Assignment, KeepsWhatItCanWhereSomeMustMove) {
  ScoreMatrix scores{5};
  scores(1, 3) = scores(3, 1) = 1.0;

  EXPECT_EQ(best_assignment(scores), (std::vector<int>{0, 3, 2, 1, 4}));
}

TEST(Assignment, GivesUpALargeScoreForALargerSum) {
  ScoreMatrix scores{2};
  scores(0, 0) = 10.0;
  scores(0, 1) = 9.0;
  scores(1, 0) = 8.0;

  EXPECT_EQ(best_assignment(scores), (std::vector<int>{1, 0}));  // greedy: 10 + 0
}

TEST(Assignment, RecoversAPermutationOfSixtyFour) {
  std::mt19937 random{4};
  std::vector<int> hidden = identity(64);
  std::shuffle(hidden.begin(), hidden.end(), random);
  std::uniform_real_distribution<double> noise{-0.4, 0.4};
  ScoreMatrix scores = random_scores(64, [&] { return noise(random); });
  for (std::size_t row = 0; row < 64; ++row) scores(row, static_cast<std::size_t>(hidden[row])) += 1.0;

  EXPECT_EQ(best_assignment(scores), hidden);
}

TEST(Assignment, OfNothingIsNothing) {
  EXPECT_TRUE(best_assignment(ScoreMatrix{0}).empty());
}

}  // namespace
}  // namespace veery::separation
