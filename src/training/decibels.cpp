#include "training/decibels.hpp"

#include <cmath>

namespace veery::training {

double factor_of_db(double db) {
  constexpr double kDoublingsPerDb = 0.16609640474436812;
  constexpr double kLog2 = 0.6931471805599453;
  constexpr int kPowers = 13;
  const double doublings = db * kDoublingsPerDb;
  const double whole = std::floor(doublings + 0.5);
  const double rest = (doublings - whole) * kLog2;
  double sum = 1;
  for (int power = kPowers; power > 0; --power) sum = 1 + rest * sum / power;
  return std::ldexp(sum, static_cast<int>(whole));
}

}  // namespace veery::training
