#pragma once
// Who sings when: bouts of single birds, as a pure function of options and recording number.
#include <cstdint>
#include <vector>

#include <veery/synthesis/soundscape.hpp>

#include "synthesis/song.hpp"

namespace veery::synthesis {

class Background;

/// Streams of random numbers of one recording; they don't disturb each other.
enum class SeedPurpose : std::uint64_t { kCalls, kWeather, kNoise };
[[nodiscard]] std::uint64_t recording_seed(const SoundscapeOptions& options, std::uint64_t recording_number,
                                           SeedPurpose purpose);

struct PlannedCall {
  BirdCall truth;
  std::int64_t start_sample = 0;
  Song song;
};

/// In order of time. `background` gives the noise for the signal-to-noise ratios.
[[nodiscard]] std::vector<PlannedCall> plan_songs(const SoundscapeOptions& options, std::uint64_t recording_number,
                                                  const Background& background);

}  // namespace veery::synthesis
