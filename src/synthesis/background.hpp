#pragma once
// The background noise of one recording, and its true power in any box of time and frequency.
#include <cstdint>
#include <span>
#include <vector>

#include <veery/synthesis/soundscape.hpp>

#include "synthesis/noise_filter.hpp"
#include "synthesis/noise_lanes.hpp"
#include "synthesis/weather.hpp"

namespace veery::synthesis {

class Background {
 public:
  Background(const SoundscapeOptions& options, std::uint64_t recording_number);

  /// Expected mean power in a box; at least 1e-15.
  [[nodiscard]] double band_power(double start_s, double end_s, double low_hz, double high_hz) const;

  /// Overwrites `frame` with the next samples.
  void next_frame(std::span<float, kFrameSamples> frame);

 private:
  Weather weather_;
  std::vector<PowerShares> shares_;  ///< of the layers
  std::vector<NoiseLanes> lanes_;
  std::int64_t frames_ = 0;
};

}  // namespace veery::synthesis
