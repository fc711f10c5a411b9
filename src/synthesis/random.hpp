#pragma once
// Seeded random numbers that are the same with every standard library (std::*_distribution are not).
// Generators: SplitMix64 and xoshiro256++, D. Blackman and S. Vigna, https://prng.di.unimi.it
#include <array>
#include <bit>
#include <cstdint>

#include "synthesis/portable_math.hpp"

namespace veery::synthesis {

/// The finalizer of SplitMix64: a bijection whose output looks random for consecutive inputs.
[[nodiscard]] constexpr std::uint64_t scramble(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31U);
}

/// The seed of the `number`th thing below `seed`.
[[nodiscard]] constexpr std::uint64_t seed_below(std::uint64_t seed, std::uint64_t number) {
  return scramble(scramble(seed) ^ scramble(~number));
}

/// 53 bits of `bits` as a number in [0, 1).
[[nodiscard]] constexpr double unit_interval(std::uint64_t bits) {
  return static_cast<double>(bits >> 11U) * 0x1p-53;
}

class Random {
 public:
  explicit Random(std::uint64_t seed) {
    for (std::uint64_t i = 0; i < state_.size(); ++i) state_[i] = scramble(seed + i * 0x9E3779B97F4A7C15U);
  }

  std::uint64_t bits() {
    auto& s = state_;
    const std::uint64_t result = std::rotl(s[0] + s[3], 23) + s[0];
    const std::uint64_t shifted = s[1] << 17U;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = std::rotl(s[3], 45);
    return result;
  }

  double uniform() { return unit_interval(bits()); }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  /// A whole number from `low` to `high`, both included.
  int whole(int low, int high) { return low + static_cast<int>(uniform() * (high - low + 1)); }
  bool chance(double probability) { return uniform() < probability; }
  double exponential(double mean) { return -mean * std::numbers::ln2 * log_of_two(1.0 - uniform()); }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace veery::synthesis
