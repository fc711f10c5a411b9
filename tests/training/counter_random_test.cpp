#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/counter_random.hpp>

#include "training/decibels.hpp"

namespace veery::test {
namespace {

std::vector<std::int64_t> permutation(std::int64_t count, EpochSeed seed) {
  std::vector<std::int64_t> places(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    places[static_cast<std::size_t>(i)] = permuted(i, count, seed, DrawPurpose::row_order);
  return places;
}

/// From Random123's own kat_vectors.
TEST(Philox, GivesTheKnownAnswers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32_10({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Draw, DependsOnSeedEpochPurposeAndIndex) {
  const std::uint64_t draw = draw_bits({1, 2}, DrawPurpose::start, 3);

  EXPECT_EQ(draw_bits({1, 2}, DrawPurpose::start, 3), draw);
  EXPECT_NE(draw_bits({1 + (1ULL << 40U), 2}, DrawPurpose::start, 3), draw);
  EXPECT_NE(draw_bits({1, 3}, DrawPurpose::start, 3), draw);
  EXPECT_NE(draw_bits({1, 2}, DrawPurpose::gain, 3), draw);
  EXPECT_NE(draw_bits({1, 2}, DrawPurpose::start, 3 + (1ULL << 40U)), draw);
}

TEST(Draw, IsUniform) {
  constexpr int kDraws = 70000;
  std::vector<int> seen(7);
  double sum = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    ++seen[draw_below({5, 0}, DrawPurpose::start, i, 7)];
    const double unit = draw_unit({5, 0}, DrawPurpose::gain, i);
    ASSERT_TRUE(unit >= 0 && unit < 1);
    sum += unit;
  }

  for (const int count : seen) EXPECT_NEAR(count, kDraws / 7, 400);  // four standard deviations
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
}

TEST(Draw, BelowALargeCountIsTheHighHalfOfTheProduct) {
  const std::uint64_t count = (1ULL << 62U) + 12345;
  const std::uint64_t bits = draw_bits({9, 9}, DrawPurpose::noise_row, 1);
  __extension__ using Wide = unsigned __int128;

  EXPECT_EQ(draw_below({9, 9}, DrawPurpose::noise_row, 1, count),
            static_cast<std::uint64_t>(static_cast<Wide>(bits) * count >> 64U));
}

TEST(Permuted, IsAPermutationForAnyCount) {
  for (const std::int64_t count : {1, 2, 3, 4, 5, 16, 17, 1000, 4097}) {
    std::vector<std::int64_t> places = permutation(count, {3, 1});
    std::sort(places.begin(), places.end());

    std::vector<std::int64_t> all(places.size());
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(places, all);
  }
}

TEST(Permuted, MakesEveryPermutationAboutAsOften) {
  for (const std::int64_t count : {3, 4, 5}) {
    constexpr int kEach = 100;
    const int permutations = count == 3 ? 6 : count == 4 ? 24 : 120;
    std::map<std::vector<std::int64_t>, int> seen;
    for (std::uint32_t epoch = 0; epoch < static_cast<std::uint32_t>(permutations * kEach); ++epoch)
      ++seen[permutation(count, {11, epoch})];

    EXPECT_EQ(static_cast<int>(seen.size()), permutations);
    double chi_square = 0;
    for (const auto& [places, times] : seen) chi_square += std::pow(times - kEach, 2) / kEach;
    EXPECT_LT(chi_square, permutations - 1 + 5 * std::sqrt(2.0 * (permutations - 1))) << count;
  }
}

TEST(Permuted, RefusesPlacesThatAreNotThere) {
  EXPECT_THROW((void)permuted(5, 5, {}, DrawPurpose::row_order), Error);
  EXPECT_THROW((void)permuted(-1, 5, {}, DrawPurpose::row_order), Error);
  EXPECT_THROW((void)permuted(0, 0, {}, DrawPurpose::row_order), Error);
}

TEST(FactorOfDb, IsThePowerOfTen) {
  for (double db = -training::kMostDb; db <= training::kMostDb; db += 0.37) {
    const double exact = std::pow(10.0, db / 20);
    EXPECT_NEAR(training::factor_of_db(db) / exact, 1, 1e-14) << db;
  }
  EXPECT_EQ(training::factor_of_db(0), 1);
  EXPECT_NEAR(training::factor_of_db(20), 10, 4e-14);
}

}  // namespace
}  // namespace veery::test
