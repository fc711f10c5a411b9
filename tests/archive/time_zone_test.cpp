#include <gtest/gtest.h>

#include <veery/archive/time_zone.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

using Offsets = std::vector<int>;

std::int64_t ms(std::string_view text) {
  return parse_time(text)->local_ms;
}

Offsets offsets(const TimeZone& zone, std::string_view local) {
  return offsets_at_local(zone, ms(local));
}

TEST(TimeZone, AFixedDistanceHoldsAlways) {
  for (const auto& [text, offset] : std::vector<std::pair<std::string, int>>{
           {"UTC", 0}, {"Z", 0}, {"+10:00", 600}, {"-0330", -210}, {"+5", 300}, {"-12:00", -720}}) {
    const TimeZone zone = load_time_zone(text);
    EXPECT_EQ(offsets(zone, "1970-01-01T00:00:00.000"), Offsets{offset}) << text;
    EXPECT_EQ(offsets(zone, "2099-07-01T12:00:00.000"), Offsets{offset}) << text;
    EXPECT_TRUE(changes_within(zone, 0, 86'400'000).empty());
  }
}

TEST(TimeZone, SummerTimeIsTheZones) {
  const TimeZone zone = load_time_zone("America/Chicago");
  EXPECT_EQ(offsets(zone, "2024-01-15T12:00:00.000"), Offsets{-360});
  EXPECT_EQ(offsets(zone, "2024-07-15T12:00:00.000"), Offsets{-300});
  EXPECT_EQ(offsets(zone, "2005-04-02T12:00:00.000"), Offsets{-360}) << "before 2007 it began in April";
  EXPECT_EQ(offsets(zone, "2005-03-20T12:00:00.000"), Offsets{-360});
  EXPECT_EQ(offsets(zone, "2008-03-20T12:00:00.000"), Offsets{-300});
  EXPECT_EQ(offset_at(zone, ms("2024-07-15T12:00:00.000")), -300);
}

TEST(TimeZone, AnHourComesTwiceAndAnHourNever) {
  const TimeZone zone = load_time_zone("America/Chicago");
  EXPECT_EQ(offsets(zone, "2024-11-03T00:59:59.999"), Offsets{-300});
  EXPECT_EQ(offsets(zone, "2024-11-03T01:00:00.000"), (Offsets{-300, -360}));
  EXPECT_EQ(offsets(zone, "2024-11-03T01:59:59.999"), (Offsets{-300, -360}));
  EXPECT_EQ(offsets(zone, "2024-11-03T02:00:00.000"), Offsets{-360});
  EXPECT_EQ(offsets(zone, "2024-03-10T01:59:59.999"), Offsets{-360});
  EXPECT_EQ(offsets(zone, "2024-03-10T02:00:00.000"), Offsets{});
  EXPECT_EQ(offsets(zone, "2024-03-10T02:59:59.999"), Offsets{});
  EXPECT_EQ(offsets(zone, "2024-03-10T03:00:00.000"), Offsets{-300});
}

TEST(TimeZone, HalfHoursAndOtherHemispheresToo) {
  EXPECT_EQ(offsets(load_time_zone("Asia/Kolkata"), "2024-07-15T12:00:00.000"), Offsets{330});
  const TimeZone island = load_time_zone("Australia/Lord_Howe");  // half an hour of summer time
  EXPECT_EQ(offsets(island, "2024-04-07T01:45:00.000"), (Offsets{660, 630}));
  EXPECT_EQ(offsets(island, "2024-10-06T02:15:00.000"), Offsets{});
  EXPECT_EQ(offsets(load_time_zone("Pacific/Apia"), "2011-12-30T12:00:00.000"), Offsets{}) << "a day that never was";
}

TEST(TimeZone, ChangesWithinARecordingAreTold) {
  const TimeZone zone = load_time_zone("America/Chicago");
  const std::int64_t start = ms("2024-11-02T17:00:00.000");  // UTC; the change is 14 h later
  EXPECT_EQ(changes_within(zone, start, 86'400'000), (std::vector<ClockChange>{{14 * 3'600'000, -360}}));
  EXPECT_TRUE(changes_within(zone, start, 14 * 3'600'000).empty());
  EXPECT_TRUE(changes_within(zone, start + 14 * 3'600'000, 86'400'000).empty()) << "begins as clocks change";
}

TEST(TimeZone, OutsideItsYearsItIsNotKnown) {
  const TimeZone zone = load_time_zone("America/Chicago");
  EXPECT_TRUE(is_known(zone, ms("2037-12-31T12:00:00.000")));
  EXPECT_EQ(offsets(zone, "2037-07-01T12:00:00.000"), Offsets{-300});
  EXPECT_FALSE(is_known(zone, ms("2038-01-01T00:00:00.000")));
  EXPECT_EQ(offsets(zone, "2038-07-01T12:00:00.000"), Offsets{});
}

TEST(TimeZone, ComesBackFromItsText) {
  for (const auto* name : {"America/Chicago", "+05:30"}) {
    const TimeZone zone = load_time_zone(name);
    const TimeZone read = time_zone_from_text(time_zone_to_text(zone));
    EXPECT_EQ(time_zone_to_text(read), time_zone_to_text(zone));
    EXPECT_EQ(read.periods.size(), zone.periods.size());
  }
  for (const auto* text : {"", "x\n", "x,0,1,2\n", "x,0,1,2,y\n"}) EXPECT_THROW((void)time_zone_from_text(text), Error);
}

TEST(TimeZone, UnknownNamesAreRefused) {
  for (const auto* name :
       {"America/Springfield", "../../etc/passwd", "/etc/passwd", "+25:00", "UTC+1", "chicago", "."}) {
    EXPECT_THROW((void)load_time_zone(name), UsageError) << name;
  }
}

}  // namespace
}  // namespace veery
