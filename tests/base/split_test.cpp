#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include <veery/base/split.hpp>

namespace veery {
namespace {

using Parts = std::vector<std::string_view>;

TEST(Split, GivesThePartsBetweenSeparatorsEmptyOnesToo) {
  EXPECT_EQ(split("a;bb;c", ';'), (Parts{"a", "bb", "c"}));
  EXPECT_EQ(split(";a;;", ';'), (Parts{"", "a", "", ""}));
  EXPECT_EQ(split("a", ';'), (Parts{"a"}));
  EXPECT_EQ(split("", ';'), (Parts{""}));
}

}  // namespace
}  // namespace veery
