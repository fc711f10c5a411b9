#include <gtest/gtest.h>

#include <set>

#include <veery/audio/refusal.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

TEST(Reason, EachHasItsOwnNameAndComesBackFromIt) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Reason::not_separated); ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_NE(reason_name(reason), "unknown") << i;
    EXPECT_TRUE(names.insert(reason_name(reason)).second) << i;
    EXPECT_EQ(reason_from_name(reason_name(reason)), reason);
  }
}

TEST(Reason, OtherNamesAreErrors) {
  EXPECT_THROW((void)reason_from_name("bored"), Error);
}

}  // namespace
}  // namespace veery
