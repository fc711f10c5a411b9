#include "synthesis/portable_math.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace veery::synthesis {
namespace {

TEST(PortableMath, AgreesWithTheLibrary) {
  for (int i = -4000; i <= 4000; ++i) {
    const double x = 0.013 * i;
    const auto [sine, cosine] = sine_cosine(x);
    EXPECT_NEAR(sine, std::sin(x), 2e-15);
    EXPECT_NEAR(cosine, std::cos(x), 2e-15);
    EXPECT_NEAR(power_of_two(x) / std::exp2(x), 1.0, 1e-15);
    EXPECT_NEAR(log_of_two(std::exp2(x)), x, 1e-14 * (1.0 + std::abs(x)));
  }
}

TEST(PortableMath, DecibelsGoThereAndBack) {
  EXPECT_NEAR(amplitude_of_db(-20.0), 0.1, 1e-16);
  EXPECT_NEAR(power_of_db(-20.0), 0.01, 1e-17);
  EXPECT_NEAR(db_of_power(0.001), -30.0, 1e-13);
}

}  // namespace
}  // namespace veery::synthesis
