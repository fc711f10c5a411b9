// Windows that touch samples the recording does not have are left out, and counted.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include <veery/audio/resampler.hpp>

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

TEST(TouchesLost, WhenARangeOverlapsTheSlice) {
  const Slice slice{1'000, 500, 500, std::nullopt};
  const auto touches = [&](std::int64_t begin, std::int64_t end) {
    const std::vector<LostRange> lost{{0, 10, {}}, {begin, end, {}}};
    return touches_lost(slice, lost, 9'999, 8'000, 8'000);
  };

  EXPECT_FALSE(touches(900, 1'000));
  EXPECT_TRUE(touches(900, 1'001));
  EXPECT_TRUE(touches(1'200, 1'201));
  EXPECT_TRUE(touches(0, 9'000));
  EXPECT_TRUE(touches(1'499, 2'000));
  EXPECT_FALSE(touches(1'500, 2'000));
  EXPECT_FALSE(touches_lost(slice, {}, 9'999, 8'000, 8'000));
}

TEST(TouchesLost, ComparesInFramesOfTheFile) {
  const std::vector<LostRange> lost{{3'000, 3'100, {}}};

  EXPECT_TRUE(touches_lost({1'000, 500, 500, std::nullopt}, lost, 99'999, 8'000, 24'000));
  EXPECT_FALSE(touches_lost({3'000, 100, 100, std::nullopt}, lost, 99'999, 8'000, 24'000));
}

TEST(TouchesLost, PaddingIsNotTheRecordings) {
  const std::vector<LostRange> lost{{200, 300, {}}};

  EXPECT_FALSE(touches_lost({0, 500, 200, std::nullopt}, lost, 9'999, 8'000, 8'000));
}

TEST(TouchesLost, NotWhereTheRecordingEndsWithTheSlice) {
  for (std::int64_t frames = 590; frames < 610;
       ++frames) {  // 48 kHz, of which every third ends with a sample of 32 kHz
    const std::int64_t samples = resampled_length(frames, 48'000, 32'000);
    const std::vector<LostRange> behind{{frames, 1'000, {}}};
    const std::vector<LostRange> last{{frames - 1, frames, {}}};
    const Slice slice{samples - 100, 100, 100, std::nullopt};
    EXPECT_FALSE(touches_lost(slice, behind, frames, 32'000, 48'000)) << frames;
    EXPECT_TRUE(touches_lost(slice, last, frames, 32'000, 48'000)) << frames;
  }
}

}  // namespace
}  // namespace veery::test
