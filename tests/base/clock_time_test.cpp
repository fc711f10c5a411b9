#include <gtest/gtest.h>

#include <veery/base/clock_time.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

TEST(ClockTime, IsReadAsBatchSystemsWriteIt) {
  EXPECT_EQ(parse_clock_time_s("00:00:00"), 0.0);
  EXPECT_EQ(parse_clock_time_s("01:02:03"), 3723.0);
  EXPECT_EQ(parse_clock_time_s("168:00:00"), 168.0 * 3600.0);
  EXPECT_EQ(parse_clock_time_s("1:00:00"), 3600.0);
}

TEST(ClockTime, RefusesWhatIsNone) {
  for (const char* text : {"", "1", "10:00", "1:60:00", "1:00:60", "-1:00:00", "1:00:00:00", "a:00:00", "1:00:00 ",
                           "::", "1:+1:00", "9999999:00:00", "1.5:00:00"})
    EXPECT_THROW(static_cast<void>(parse_clock_time_s(text)), UsageError) << text;
}

TEST(ClockTime, IsWrittenInWholeSeconds) {
  EXPECT_EQ(clock_time(0.0), "00:00:00");
  EXPECT_EQ(clock_time(3723.9), "01:02:03");
  EXPECT_EQ(clock_time(168.0 * 3600.0), "168:00:00");
}

}  // namespace
}  // namespace veery
