#include <gtest/gtest.h>

#include <veery/archive/position.hpp>

namespace veery {
namespace {

TEST(Position, ReadsGuanosForms) {
  EXPECT_EQ(position_from_text("48.1 11.5"), (Position{48.1, 11.5}));
  EXPECT_EQ(position_from_text(" -12.34567  +130.5 "), (Position{-12.34567, 130.5}));
  EXPECT_EQ(position_from_text("48.1, 11.5"), (Position{48.1, 11.5}));
  EXPECT_EQ(position_from_text("-90 180"), (Position{-90.0, 180.0}));
}

TEST(Position, TakesNothingElse) {
  for (const auto* text :
       {"", "48.1", "48.1 11.5 300", "91 0", "0 181", "nan nan", "inf 0", "48,1 11,5", "48.1N 11.5E", "48.1-11.5"}) {
    EXPECT_FALSE(position_from_text(text).has_value()) << text;
  }
}

TEST(Position, ComesBackFromItsText) {
  for (const Position position :
       {Position{48.1, 11.5}, Position{-0.1, -179.99999999999997}, Position{0.0, 0.0}, Position{1e-7, 5e-324}}) {
    EXPECT_EQ(position_from_text(format_position(position)), position) << format_position(position);
  }
}

}  // namespace
}  // namespace veery
