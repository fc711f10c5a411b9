#pragma once
// What the way from bird to microphone does to a song: the air swallows high notes, the wood echoes.
#include <cstdint>
#include <span>

namespace veery::synthesis {

/// Length of the echoes behind a song.
inline constexpr double kEcho_s = 0.3;

/// Amplitude gain of air absorption alone.
[[nodiscard]] double air_gain(double frequency_hz, double distance_m);

/// Adds the echoes of `dry` to `wet`, which is longer by kEcho_s and starts at the same time. The farther the bird,
/// the more of them.
void add_echoes(std::span<const float> dry, int sample_rate_hz, double distance_m, std::uint64_t seed,
                std::span<float> wet);

}  // namespace veery::synthesis
