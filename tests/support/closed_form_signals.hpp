#pragma once
// Signals that any program can make again from a formula: noise by splitmix64, chirps, 16-bit rounding.
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace veery::test {

/// Even noise in [-1, 1): value `n` of the series `seed`.
inline double noise(std::uint64_t seed, std::uint64_t n) {
  std::uint64_t z = seed + (n + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z = z ^ (z >> 31U);
  return 2.0 * (static_cast<double>(z >> 11U) * 0x1p-53) - 1.0;
}

struct Chirp {
  double start_s;
  double length_s;
  double from_hz;
  double to_hz;
  double amplitude;

  [[nodiscard]] double at(double time_s) const {
    const double u = time_s - start_s;
    if (u < 0.0 || u >= length_s) return 0.0;
    const double rise = std::sin(std::numbers::pi * u / length_s);
    const double turns = from_hz * u + (to_hz - from_hz) * u * u / (2.0 * length_s);
    return amplitude * rise * rise * std::sin(2.0 * std::numbers::pi * turns);
  }
};

/// `count` samples of `formula(n)`.
template <typename Formula>
std::vector<float> sampled(std::int64_t count, Formula&& formula) {
  std::vector<float> samples(static_cast<std::size_t>(count));
  for (std::size_t n = 0; n < samples.size(); ++n) samples[n] = static_cast<float>(formula(n));
  return samples;
}

/// White noise of the given level.
inline std::vector<float> noise_samples(std::int64_t count, double level, std::uint64_t seed) {
  return sampled(count, [&](std::uint64_t n) { return level * noise(seed, n); });
}

}  // namespace veery::test
