#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>

namespace veery {
namespace {

TEST(ParseDuration, KnowsEveryUnit) {
  EXPECT_DOUBLE_EQ(parse_duration_s("250ms"), 0.25);
  EXPECT_DOUBLE_EQ(parse_duration_s("300s"), 300.0);
  EXPECT_DOUBLE_EQ(parse_duration_s("5min"), 300.0);
  EXPECT_DOUBLE_EQ(parse_duration_s("1.5h"), 5400.0);
  EXPECT_DOUBLE_EQ(parse_duration_s("2d"), 172800.0);
}

TEST(ParseDuration, BareNumbersAreSeconds) {
  EXPECT_DOUBLE_EQ(parse_duration_s("42"), 42.0);
}

class NoDuration : public testing::TestWithParam<const char*> {};

TEST_P(NoDuration, IsAUsageErrorThatQuotesIt) {
  try {
    (void)parse_duration_s(GetParam());
    FAIL() << "accepted: " << GetParam();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string{error.what()}.find(GetParam()), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(ParseDuration, NoDuration,
                         testing::Values("", "s", "5 min", "5m", "5kg", "-1s", "inf", "nan", "1e999s", "1e308d", "3s3s",
                                         " 3s"));

TEST(FormatDuration, AsAPersonReadsIt) {
  EXPECT_EQ(format_duration(12.34), "12.3s");
  EXPECT_EQ(format_duration(245.0), "4m05s");
  EXPECT_EQ(format_duration(3723.0), "1h02m03s");
  EXPECT_EQ(format_duration(360'000.0), "100h00m00s");
}

TEST(FormatDuration, SaysWhenItDoesNotKnow) {
  EXPECT_EQ(format_duration(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(FormatBytes, PicksTheUnit) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536.0), "1.5 KiB");
  EXPECT_EQ(format_bytes(1.5 * 1024 * 1024 * 1024), "1.5 GiB");
}

}  // namespace
}  // namespace veery
