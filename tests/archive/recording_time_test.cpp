#include <gtest/gtest.h>

#include <veery/archive/recording_time.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

TEST(RecordingTime, TextComesBackAsTheSameTime) {
  for (const auto* text : {"2021-02-01T21:01:00.000", "2021-02-01T21:01:00.123+10:00", "1999-12-31T23:59:59.999-05:30",
                           "2000-02-29T00:00:00.000Z"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(format_time(*time), text);
  }
  EXPECT_FALSE(parse_time("").has_value());
}

TEST(RecordingTime, AnotherTextIsAnError) {
  for (const auto* text : {"yesterday", "2021-02-01T21:01:00", "2021-02-30T21:01:00.000", "2021-02-01T24:00:00.000",
                           "2021-02-01T21:01:60.000", "2021-02-01T21:01:00.000+15:00", "2021-02-01T21:01:00.000Zulu"}) {
    EXPECT_THROW((void)parse_time(text), Error) << text;
  }
}

TEST(RecordingTime, TimeGoesOnAcrossMidnightAndYears) {
  const auto start = parse_time("2023-12-31T23:59:59.500+01:00");
  EXPECT_EQ(format_time(time_after(*start, {}, 0)), "2023-12-31T23:59:59.500+01:00");
  EXPECT_EQ(format_time(time_after(*start, {}, 499)), "2023-12-31T23:59:59.999+01:00");
  EXPECT_EQ(format_time(time_after(*start, {}, 500)), "2024-01-01T00:00:00.000+01:00");
  EXPECT_EQ(format_time(time_after(*start, {}, 86'400'500)), "2024-01-02T00:00:00.000+01:00");
}

TEST(RecordingTime, ClocksChangeAtTheirMoment) {
  const auto start = parse_time("2024-11-03T00:30:00.000-05:00");
  const std::vector<ClockChange> changes{{5'400'000, -360}};
  EXPECT_EQ(format_time(time_after(*start, changes, 5'399'999)), "2024-11-03T01:59:59.999-05:00");
  EXPECT_EQ(format_time(time_after(*start, changes, 5'400'000)), "2024-11-03T01:00:00.000-06:00");
  EXPECT_EQ(utc_ms(time_after(*start, changes, 9'000'000)), *utc_ms(*start) + 9'000'000);
}

TEST(RecordingTime, WithoutAnOffsetThereIsNoMoment) {
  EXPECT_FALSE(utc_ms(*parse_time("2024-11-03T00:30:00.000")).has_value());
  EXPECT_EQ(utc_ms(*parse_time("1970-01-01T02:00:00.000+02:00")), 0);
}

}  // namespace
}  // namespace veery
