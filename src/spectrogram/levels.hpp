#pragma once
// Levels of a sound on the pixels of a picture.
#include <cstddef>
#include <span>
#include <vector>

namespace veery {

struct PixelGrid {
  int width = 0;
  int height = 0;
  double pixels_per_second = 0.0;
  double top_hz = 0.0;
};

/// dB re a sine of full scale, [height, width], the highest frequency first; -inf where there is no sound.
[[nodiscard]] std::vector<float> pixel_levels(std::span<const float> samples, int sample_rate_hz,
                                              const PixelGrid& grid);

}  // namespace veery
