#include "run/stored_row.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace veery {
namespace {

using Samples = std::vector<float>;

StoredRow store(AudioType type, const Samples& mixture, const std::vector<Samples>& stems) {
  const std::vector<std::span<const float>> views{stems.begin(), stems.end()};
  return store_row(type, mixture, views);
}

template <typename Sample>
std::vector<Sample> samples_of(const StoredRow& row) {
  std::vector<Sample> samples(row.bytes.size() / sizeof(Sample));
  std::memcpy(samples.data(), row.bytes.data(), row.bytes.size());
  return samples;
}

TEST(StoredRow, IsTheMixtureThenEachStem) {
  const StoredRow row = store(AudioType::int16, {0.5F, -0.5F}, {{0.25F, 0.0F}, {0.25F, -0.5F}});
  EXPECT_EQ(row.stem_gain, 1.0F);
  EXPECT_EQ(samples_of<std::int16_t>(row), (std::vector<std::int16_t>{16384, -16384, 8192, 0, 8192, -16384}));
}

TEST(StoredRow, GivesAllStemsOneGainWhereOneWouldClip) {
  const StoredRow row = store(AudioType::int16, {0.5F}, {{2.5F}, {-0.5F}});
  EXPECT_EQ(row.stem_gain, 0.25F);
  EXPECT_EQ(samples_of<std::int16_t>(row), (std::vector<std::int16_t>{16384, 20480, -4096}));
}

TEST(StoredRow, LeavesFloatsAlone) {
  const StoredRow row = store(AudioType::float32, {1.5F}, {{2.5F}, {-3.0F}});
  EXPECT_EQ(row.stem_gain, 1.0F);
  EXPECT_EQ(samples_of<float>(row), (Samples{1.5F, 2.5F, -3.0F}));
}

TEST(StoredRow, HasNoStemsWhereNoneAreAskedFor) {
  EXPECT_EQ(store(AudioType::int16, {0.5F, 0.0F}, {}).bytes.size(), 4U);
}

}  // namespace
}  // namespace veery
