#include <gtest/gtest.h>

#include <veery/base/error.hpp>
#include <veery/state/utc.hpp>

namespace veery {
namespace {

TEST(Utc, WritesTheTimeInUtc) {
  EXPECT_EQ(utc_text(std::chrono::system_clock::time_point{std::chrono::seconds{1'780'292'400}}),
            "2026-06-01T05:40:00Z");
}

TEST(Utc, ReadsMoments) {
  EXPECT_EQ(parse_moment_s("2026-06-01T05:40:00Z"), 1'780'292'400.0);
  EXPECT_EQ(parse_moment_s("2026-06-01T07:40:00+02:00"), 1'780'292'400.0);
  EXPECT_EQ(parse_moment_s("2026-05-31T22:10:00-0730"), 1'780'292'400.0);
  EXPECT_EQ(parse_moment_s("1780292400"), 1'780'292'400.0);
}

TEST(Utc, RefusesWhatIsNoMoment) {
  for (const char* text :
       {"", "soon", "2026-06-01", "2026-06-01T05:40:00", "2026-06-01T05:40:00+2", "-5", "2026-06-01T05:40:00+02:70",
        "2026-06-01T05:40:00+-999", "2026-06-01T05:40:00Zulu", "2026-13-01T05:40:00Z"}) {
    EXPECT_THROW(static_cast<void>(parse_moment_s(text)), UsageError) << text;
  }
}

}  // namespace
}  // namespace veery
