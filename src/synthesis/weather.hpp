#pragma once
// The weather, insects and road of one recording: eight layers of shaped noise with slow swells.
#include <array>
#include <cstdint>

#include <veery/synthesis/soundscape.hpp>

#include "synthesis/noise_filter.hpp"

namespace veery::synthesis {

inline constexpr std::size_t kLayers = 8;

/// How a layer's power moves, as a pure function of time.
struct Swell {
  std::uint64_t seed = 0;
  double depth_db = 0.0;         ///< slow random gusts of ± this
  double period_s = 10.0;        ///< of the slowest gusts
  double fade_share = 0.0;       ///< share of the time in which the source is silent (insects)
  double cars_per_minute = 0.0;  ///< on average; each is a swell of its own
};

struct NoiseLayer {
  double rms = 0.0;
  FilterCoefficients first;
  FilterCoefficients second;
  double drops_per_s = 0.0;  ///< 0 is white noise; otherwise sparse impulses of random height
  double flutter_rate_hz = 0.0;
  double flutter_depth = 0.0;
  Swell swell;
};

/// Power of a swell relative to its mean level.
[[nodiscard]] double swell_power(const Swell& swell, double time_s);

using Weather = std::array<NoiseLayer, kLayers>;
[[nodiscard]] Weather draw_weather(const SoundscapeOptions& options, std::uint64_t seed);

}  // namespace veery::synthesis
