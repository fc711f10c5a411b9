#pragma once
// Random numbers that depend on where they are used and on nothing else: no generator has a state, so the draw for
// row 5 of epoch 3 is the same whoever asks, in whatever order. docs/examples/veery_mixtures.py makes the same ones.
//
// The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC 2011).
// Its key is the seed (low word, high word), its counter (index low, index high, epoch, purpose), and a draw of 64 bits
// is the first word plus 2^32 times the second. Pure functions.
#include <array>
#include <cstdint>

namespace veery {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

[[nodiscard]] PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key);

/// What a draw is for. The numbers are part of what makes a batch or a network: they never change.
enum class DrawPurpose : std::uint32_t {
  row_order = 1,
  view_order = 2,
  start = 3,
  target_peak = 4,
  gain = 5,
  noise_present = 6,
  noise_row = 7,
  noise_start = 8,
  snr = 9,
  initial_weight = 10,
  birds = 11,
};

/// Two views are made alike when seed and epoch are.
struct EpochSeed {
  std::uint64_t seed = 0;
  std::uint32_t epoch = 0;
};

[[nodiscard]] std::uint64_t draw_bits(EpochSeed seed, DrawPurpose purpose, std::uint64_t index);

/// In [0, 1): the upper 53 bits of the draw, times 2^-53.
[[nodiscard]] double draw_unit(EpochSeed seed, DrawPurpose purpose, std::uint64_t index);

/// In [0, count): floor(draw · count / 2^64). `count` is at least 1.
[[nodiscard]] std::uint64_t draw_below(EpochSeed seed, DrawPurpose purpose, std::uint64_t index, std::uint64_t count);

/// Where `place` of 0 … count - 1 goes in a permutation of these, in constant time and memory.
///
/// A Feistel network of twelve rounds on pairs (left, right) of h-bit numbers, place = left · 2^h + right, h the least
/// with 4^h >= count, and at least 3: round r makes (right, left ^ (draw_bits with index r · 2^32 + right, lowest h
/// bits)). Results of `count` or more go through it again until they are below (from 17 on at most four times on
/// average). Throws Error for a place that isn't below the count, and for counts above 2^62.
[[nodiscard]] std::int64_t permuted(std::int64_t place, std::int64_t count, EpochSeed seed, DrawPurpose purpose);

}  // namespace veery
