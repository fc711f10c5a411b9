#include "spectrogram/palette.hpp"

#include <cmath>
#include <cstddef>

namespace veery {
namespace {

using Colour = std::array<double, 3>;

/// Every 15th colour of Matplotlib's table; straight lines in between are off by at most 5 of 255.
constexpr std::array<Colour, 18> kViridis{{{68, 1, 84},
                                           {72, 23, 105},
                                           {71, 42, 122},
                                           {67, 61, 132},
                                           {61, 78, 138},
                                           {53, 94, 141},
                                           {46, 109, 142},
                                           {41, 123, 142},
                                           {35, 137, 142},
                                           {31, 151, 139},
                                           {33, 165, 133},
                                           {46, 179, 124},
                                           {70, 192, 111},
                                           {101, 203, 94},
                                           {137, 213, 72},
                                           {176, 221, 47},
                                           {216, 226, 25},
                                           {253, 231, 37}}};

std::uint32_t packed(const Colour& colour) {
  std::uint32_t value = 0;
  for (const double part : colour) value = value << 8U | static_cast<std::uint32_t>(std::lround(part));
  return value;
}

Colour viridis(double share) {
  const double place = share * static_cast<double>(kViridis.size() - 1);
  const auto left = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
  const double rest = place - static_cast<double>(left);
  Colour colour{};
  for (std::size_t part = 0; part < colour.size(); ++part)
    colour[part] = std::lerp(kViridis[left][part], kViridis[left + 1][part], rest);
  return colour;
}

}  // namespace

std::array<std::uint32_t, 256> colours(Palette palette) {
  std::array<std::uint32_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double share = static_cast<double>(i) / 255.0;
    const double grey = 255.0 * (1.0 - share);
    table[i] = packed(palette == Palette::grey ? Colour{grey, grey, grey} : viridis(share));
  }
  return table;
}

}  // namespace veery
