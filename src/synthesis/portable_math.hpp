#pragma once
// Elementary functions from plain arithmetic: the C library's differ in the last bit between versions and processors,
// and one bit is enough to change a recording's checksum.
#include <numbers>

namespace veery::synthesis {

inline constexpr double kTwoPi = 2.0 * std::numbers::pi;

struct SineCosine {
  double sine;
  double cosine;
};

/// Within 1e-15 for |radians| < 1e6.
[[nodiscard]] SineCosine sine_cosine(double radians);
[[nodiscard]] double power_of_two(double exponent);
/// `value` must be positive.
[[nodiscard]] double log_of_two(double value);

/// 10^(level/20) and back.
[[nodiscard]] double amplitude_of_db(double level_db);
[[nodiscard]] double power_of_db(double level_db);
[[nodiscard]] double db_of_power(double power);

}  // namespace veery::synthesis
