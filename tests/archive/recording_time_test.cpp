#include <gtest/gtest.h>

#include <veery/archive/recording_time.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

std::string read(std::string_view name) {
  const auto time = time_from_name(name);
  return time ? format_time(*time) : "none";
}

TEST(RecordingTime, ReadsTheNamesThatRecordersGive) {
  EXPECT_EQ(read("20240601_060000.wav"), "2024-06-01T06:00:00.000");
  EXPECT_EQ(read("20210201_210100T.WAV"), "2021-02-01T21:01:00.000");
  EXPECT_EQ(read("SM4-12_20240229_235959.flac"), "2024-02-29T23:59:59.000");
  EXPECT_EQ(read("SM3_20160501$043000.wav"), "2016-05-01T04:30:00.000");
  EXPECT_EQ(read("20190102T030405+1000_REC.flac"), "2019-01-02T03:04:05.000+10:00");
  EXPECT_EQ(read("20190102T030405-0330.flac"), "2019-01-02T03:04:05.000-03:30");
}

TEST(RecordingTime, TakesNothingThatIsNoDate) {
  for (const auto* name : {"", "bird.wav", "20241301_060000.wav", "20240230_060000.wav", "20240601_250000.wav",
                           "20240601_066000.wav", "20240601.wav", "2024060_060000.wav"}) {
    EXPECT_EQ(read(name), "none") << name;
  }
}

TEST(RecordingTime, TextComesBackAsTheSameTime) {
  for (const auto* text : {"2021-02-01T21:01:00.000", "2021-02-01T21:01:00.123+10:00", "1999-12-31T23:59:59.999-05:30",
                           "2000-02-29T00:00:00.000Z"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(format_time(*time), text);
  }
  EXPECT_FALSE(parse_time("").has_value());
  EXPECT_THROW((void)parse_time("yesterday"), Error);
}

}  // namespace
}  // namespace veery
