// Windows that touch samples the recording does not have are left out, and counted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "sliced.hpp"

namespace veery::test {
namespace {

class LostRanges : public SliceRecording {};

TEST_F(LostRanges, LeavesOutWhatIsNotFinite) {
  std::vector<float> samples = chirps_at({3.0, 13.0, 23.0}, 30.0);
  for (std::size_t i = 0; i < 500; ++i) samples[12 * kRateHz + i] = std::numeric_limits<float>::quiet_NaN();
  samples[29 * kRateHz] = std::numeric_limits<float>::infinity();
  const Sliced found = sliced(samples, around_peaks(4.0, kWhole, 0));

  ASSERT_EQ(found.kept.size(), 2U);
  EXPECT_EQ(found.account.slices_on_lost, 1);
  ASSERT_EQ(found.account.lost.size(), 2U);
  EXPECT_EQ(found.account.lost[0].begin, 12 * kRateHz);
  EXPECT_EQ(found.account.lost[0].end, 12 * kRateHz + 500);
  EXPECT_EQ(found.account.lost[0].refusal.reason, Reason::not_finite);
  EXPECT_EQ(found.account.lost[1].begin, 29 * kRateHz);
  EXPECT_EQ(found.account.lost[1].end, 29 * kRateHz + 1);
  for (const Kept& one : found.kept) {
    EXPECT_TRUE(std::all_of(one.audio.begin(), one.audio.end(), [](float sample) { return std::isfinite(sample); }));
  }
}

TEST_F(LostRanges, LostRangesCountInSourceFrames) {
  std::vector<float> samples(10 * 44'100, 0.1F);
  samples[5 * 44'100 + 7] = std::numeric_limits<float>::quiet_NaN();
  SliceOptions options;
  options.mode = SliceMode::fixed;
  options.interval_s = 1.0;
  options.hop_s = 1.0;
  const Sliced found = sliced(samples, options, 44'100);

  EXPECT_EQ(found.account.slices, 9);
  EXPECT_EQ(found.account.slices_on_lost, 1);
  const Starts starts = found.starts();
  EXPECT_EQ(std::count(starts.begin(), starts.end(), 5 * kRateHz), 0);
  EXPECT_EQ(found.account.lost.at(0).begin, 5 * 44'100 + 7);
}

}  // namespace
}  // namespace veery::test
