#include <algorithm>

#include <veery/training/loss_trend.hpp>

namespace veery {

LossTrend followed(const LossTrend& trend, double loss) {
  constexpr double kStays = 0.95;
  const double smoothed = trend.smoothed ? kStays * *trend.smoothed + (1 - kStays) * loss : loss;
  return {smoothed, std::min(smoothed, trend.least.value_or(smoothed))};
}

bool has_diverged(const LossTrend& trend, double most_db) {
  return trend.smoothed && *trend.smoothed - *trend.least > most_db;
}

}  // namespace veery
