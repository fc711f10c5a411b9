#pragma once
#include <array>
#include <cstdint>

#include <veery/spectrogram/picture.hpp>

namespace veery {

/// 0x00RRGGBB of 256 steps from background to loudest.
[[nodiscard]] std::array<std::uint32_t, 256> colours(Palette palette);

}  // namespace veery
