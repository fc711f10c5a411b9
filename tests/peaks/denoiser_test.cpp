#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <vector>

#include <veery/peaks/denoiser.hpp>

#include "reference.hpp"
#include "support/closed_form_signals.hpp"
#include "support/temporary_folder.hpp"

namespace veery {
namespace {

using test::noise;

/// Bands of different level and spread with calls in some frames.
std::vector<float> rows(std::int64_t frames) {
  return test::sampled(frames * kMelBands, [](std::uint64_t i) {
    const auto band = static_cast<double>(i % kMelBands);
    const bool call = i / kMelBands % 37 < 5 && band > 50.0;
    return -0.4 + 0.002 * band + (0.01 + 0.0005 * band) * noise(8, i) + (call ? 0.3 : 0.0);
  });
}

TEST(Denoiser, IsItsDefinition) {
  const std::vector<float> input = rows(700);
  Denoiser denoiser{"/tmp"};
  denoiser.append(input);

  const std::vector<double> expected = test::naive_denoised(input);
  const std::vector<float> found = denoiser.denoised();
  const std::vector<float> energy = denoiser.summed_energy();

  ASSERT_EQ(found.size(), expected.size());
  double worst = 0.0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(found[i]) - expected[i]));
  }
  EXPECT_LT(worst, 1e-7);
  ASSERT_EQ(energy.size(), 700U);
  for (std::size_t f = 0; f < energy.size(); ++f) {
    double sum = 0.0;
    for (std::size_t j = 0; j < kMelBands; ++j) sum += expected[f * kMelBands + j];
    EXPECT_NEAR(energy[f], sum, 1e-5);
  }
}

TEST(Denoiser, DoesNotDependOnHowRowsArrive) {
  const std::vector<float> input = rows(300);
  Denoiser at_once{"/tmp"};
  at_once.append(input);
  Denoiser one_by_one{"/tmp"};
  for (std::size_t f = 0; f < 300; ++f) one_by_one.append(std::span{input}.subspan(f * kMelBands, kMelBands));

  EXPECT_EQ(at_once.summed_energy(), one_by_one.summed_energy());
}

TEST(Denoiser, SilenceHasNoEnergy) {
  Denoiser denoiser{"/tmp"};
  denoiser.append(std::vector<float>(500 * kMelBands, -0.460517F));

  for (const float energy : denoiser.summed_energy()) EXPECT_EQ(energy, 0.0F);
}

TEST(FrameStore, GivesBackWhatItSpilled) {
  const test::TemporaryFolder folder;
  FrameStore store{folder.path()};
  std::uint32_t next = 0;
  constexpr std::int64_t kFrames = 150'000;  // twice through the file and some in memory
  std::vector<float> piece;
  for (std::int64_t frame = 0; frame < kFrames;) {
    const std::int64_t count = std::min<std::int64_t>(1'777, kFrames - frame);
    piece.resize(static_cast<std::size_t>(count) * kMelBands);
    for (float& value : piece) value = static_cast<float>(next++ % 16'777'213U);
    store.append(piece);
    frame += count;
  }

  EXPECT_EQ(store.frames(), kFrames);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "the file has no name";
  std::uint32_t expected = 0;
  std::uint32_t wrong = 0;
  store.for_each([&](std::span<const float> some) {
    for (const float value : some) wrong += value == static_cast<float>(expected++ % 16'777'213U) ? 0U : 1U;
  });
  EXPECT_EQ(expected, next);
  EXPECT_EQ(wrong, 0U);
}

TEST(FrameStore, SaysWhereItCannotSpill) {
  FrameStore store{"/no/such/folder"};
  const std::vector<float> many(65'536 * kMelBands);

  EXPECT_THROW(store.append(many), std::exception);
}

}  // namespace
}  // namespace veery
