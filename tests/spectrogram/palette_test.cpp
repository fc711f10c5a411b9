#include "spectrogram/palette.hpp"

#include <gtest/gtest.h>

namespace veery {
namespace {

int part(std::uint32_t colour, unsigned shift) {
  return static_cast<int>(colour >> shift & 0xFFU);
}

TEST(Palette, GreyGoesFromWhiteToBlack) {
  const auto table = colours(Palette::grey);
  EXPECT_EQ(table.front(), 0xFFFFFFU);
  EXPECT_EQ(table.back(), 0U);
  for (std::size_t i = 1; i < table.size(); ++i) EXPECT_LT(table[i], table[i - 1]);
}

/// Matplotlib's viridis_data, rounded to bytes, at places between those that the table holds.
TEST(Palette, ViridisIsMatplotlibs) {
  const auto table = colours(Palette::viridis);
  struct Known {
    std::size_t at;
    int red, green, blue;
  };
  for (const Known& known : {Known{0, 68, 1, 84}, Known{16, 72, 24, 106}, Known{100, 42, 118, 142},
                             Known{200, 112, 207, 87}, Known{255, 253, 231, 37}}) {
    EXPECT_NEAR(part(table[known.at], 16), known.red, 5) << known.at;
    EXPECT_NEAR(part(table[known.at], 8), known.green, 5) << known.at;
    EXPECT_NEAR(part(table[known.at], 0), known.blue, 5) << known.at;
  }
}

}  // namespace
}  // namespace veery
