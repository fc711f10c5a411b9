#include "synthesis/portable_math.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace veery::synthesis {
namespace {

constexpr double kLogTenOfTwo = 0.301029995663981195214;

constexpr auto kInverseFactorials = [] {
  std::array<double, 14> inverses{1.0};
  for (std::size_t i = 1; i < inverses.size(); ++i) inverses[i] = inverses[i - 1] / static_cast<double>(i);
  return inverses;
}();

/// Taylor series of sine and cosine for |x| <= pi/4.
SineCosine small_sine_cosine(double x) {
  const double y = x * x;
  const double sine =
      1.0 +
      y * (-1.0 / 6 + y * (1.0 / 120 +
                           y * (-1.0 / 5040 + y * (1.0 / 362880 + y * (-1.0 / 39916800 + y * (1.0 / 6227020800.0 -
                                                                                              y / 1307674368000.0))))));
  const double cosine =
      1.0 +
      y * (-0.5 +
           y * (1.0 / 24 + y * (-1.0 / 720 +
                                y * (1.0 / 40320 + y * (-1.0 / 3628800 + y * (1.0 / 479001600 - y / 87178291200.0))))));
  return {x * sine, cosine};
}

}  // namespace

SineCosine sine_cosine(double radians) {
  // pi/2 in two parts (Cody and Waite), so that the remainder keeps its digits.
  constexpr double kHalfPiHigh = 1.57079632673412561417;
  constexpr double kHalfPiLow = 6.07710050650619224932e-11;
  const auto quadrant = static_cast<std::int64_t>(radians * (2.0 / std::numbers::pi) + (radians < 0.0 ? -0.5 : 0.5));
  const auto turns = static_cast<double>(quadrant);
  const auto [s, c] = small_sine_cosine((radians - turns * kHalfPiHigh) - turns * kHalfPiLow);
  switch (quadrant & 3) {
    case 0:
      return {s, c};
    case 1:
      return {c, -s};
    case 2:
      return {-s, -c};
    default:
      return {-c, s};
  }
}

double power_of_two(double exponent) {
  const double whole = std::floor(exponent + 0.5);
  const double x = (exponent - whole) * std::numbers::ln2;
  double sum = kInverseFactorials.back();
  for (std::size_t i = kInverseFactorials.size() - 1; i-- > 0;) sum = sum * x + kInverseFactorials[i];
  return std::ldexp(sum, static_cast<int>(whole));
}

double log_of_two(double value) {
  int exponent = 0;
  double mantissa = std::frexp(value, &exponent);
  if (mantissa < std::numbers::sqrt2 / 2) {
    mantissa *= 2.0;
    --exponent;
  }
  // ln m = 2 artanh((m - 1) / (m + 1)), and |x| < 0.172.
  const double x = (mantissa - 1.0) / (mantissa + 1.0);
  double sum = 0.0;
  for (int power = 21; power > 0; power -= 2) sum = sum * x * x + 1.0 / power;
  return exponent + 2.0 * x * sum / std::numbers::ln2;
}

double amplitude_of_db(double level_db) {
  return power_of_two(level_db / (20.0 * kLogTenOfTwo));
}
double power_of_db(double level_db) {
  return power_of_two(level_db / (10.0 * kLogTenOfTwo));
}
double db_of_power(double power) {
  return 10.0 * kLogTenOfTwo * log_of_two(power);
}

}  // namespace veery::synthesis
