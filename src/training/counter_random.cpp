#include <array>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/counter_random.hpp>

namespace veery {
namespace {

constexpr int kPhiloxRounds = 10;
constexpr std::array<std::uint64_t, 2> kMultipliers{0xD2511F53, 0xCD9E8D57};
constexpr std::array<std::uint32_t, 2> kWeyl{0x9E3779B9, 0xBB67AE85};
constexpr std::uint64_t kFeistelRounds = 12;
constexpr std::int64_t kMostPlaces = std::int64_t{1} << 62;
constexpr unsigned kLeastHalfBits = 3;  ///< networks on 2 bits a half can't make every permutation alike

std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32U);
}

/// The upper half of the product of two 64-bit numbers.
std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t low_low = std::uint64_t{low(a)} * low(b);
  const std::uint64_t high_low = std::uint64_t{high(a)} * low(b) + high(low_low);
  const std::uint64_t low_high = std::uint64_t{low(a)} * high(b) + low(high_low);
  return std::uint64_t{high(a)} * high(b) + high(high_low) + high(low_high);
}

std::uint64_t feistel(std::uint64_t value, unsigned half_bits, EpochSeed seed, DrawPurpose purpose) {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
  std::uint64_t left = value >> half_bits;
  std::uint64_t right = value & mask;
  for (std::uint64_t round = 0; round < kFeistelRounds; ++round) {
    const std::uint64_t mixed = left ^ (draw_bits(seed, purpose, (round << 32U) + right) & mask);
    left = right;
    right = mixed;
  }
  return (left << half_bits) + right;
}

}  // namespace

PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const std::uint64_t first = kMultipliers[0] * counter[0];
    const std::uint64_t second = kMultipliers[1] * counter[2];
    counter = {high(second) ^ counter[1] ^ key[0], low(second), high(first) ^ counter[3] ^ key[1], low(first)};
    key[0] += kWeyl[0];
    key[1] += kWeyl[1];
  }
  return counter;
}

std::uint64_t draw_bits(EpochSeed seed, DrawPurpose purpose, std::uint64_t index) {
  const PhiloxCounter words = philox4x32_10({low(index), high(index), seed.epoch, static_cast<std::uint32_t>(purpose)},
                                            {low(seed.seed), high(seed.seed)});
  return words[0] + (std::uint64_t{words[1]} << 32U);
}

double draw_unit(EpochSeed seed, DrawPurpose purpose, std::uint64_t index) {
  return static_cast<double>(draw_bits(seed, purpose, index) >> 11U) * 0x1p-53;
}

std::uint64_t draw_below(EpochSeed seed, DrawPurpose purpose, std::uint64_t index, std::uint64_t count) {
  return multiply_high(draw_bits(seed, purpose, index), count);
}

std::int64_t permuted(std::int64_t place, std::int64_t count, EpochSeed seed, DrawPurpose purpose) {
  if (place < 0 || place >= count || count > kMostPlaces)
    throw Error{"no such place in a permutation", std::to_string(place), "there are " + std::to_string(count)};
  const auto places = static_cast<std::uint64_t>(count);
  unsigned half_bits = kLeastHalfBits;
  while ((std::uint64_t{1} << 2 * half_bits) < places) ++half_bits;
  auto value = static_cast<std::uint64_t>(place);
  do value = feistel(value, half_bits, seed, purpose);
  while (value >= places);
  return static_cast<std::int64_t>(value);
}

}  // namespace veery
