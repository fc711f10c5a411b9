#include <gtest/gtest.h>

#include <veery/training/loss_trend.hpp>

namespace veery::test {
namespace {

LossTrend after(LossTrend trend, double loss, int steps) {
  for (int i = 0; i < steps; ++i) trend = followed(trend, loss);
  return trend;
}

TEST(LossTrend, BeginsWithTheFirstLossAndForgetsIt) {
  EXPECT_FALSE(has_diverged({}, 10));
  EXPECT_EQ(followed({}, 5).smoothed, 5);
  EXPECT_NEAR(*after(followed({}, 5), -5, 100).smoothed, -5, 0.1);
}

TEST(LossTrend, OneHardBatchIsNoDivergence) {
  EXPECT_FALSE(has_diverged(followed(after({}, -10, 50), 60), 10));
}

TEST(LossTrend, ALossThatStaysHighIs) {
  const LossTrend good = after({}, -10, 50);
  EXPECT_TRUE(has_diverged(after(good, 5, 40), 10));
  EXPECT_FALSE(has_diverged(after(good, -2, 400), 10)) << "8 dB are less than 10";
}

}  // namespace
}  // namespace veery::test
