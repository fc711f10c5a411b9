// Windows by the clock, with every tail and lengths around the multiples.
#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include <veery/slices/slice_recording.hpp>

#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"

namespace veery {

std::ostream& operator<<(std::ostream& out, Tail tail) {
  constexpr const char* kNames[] = {"drop", "pad", "shift", "remainder"};
  return out << kNames[static_cast<int>(tail)];
}

namespace {

/// Start of a window and how much of it is the recording's.
struct Window {
  std::int64_t start;
  std::int64_t recorded;
  friend bool operator==(const Window&, const Window&) = default;
};

void PrintTo(const Window& window, std::ostream* out) {
  *out << window.start << '+' << window.recorded;
}

using Windows = std::vector<Window>;
constexpr int kRateHz = 1'000;

/// Windows of a recording of `count` samples 1, 2, 3 …; lengths in milliseconds, which are samples.
Windows windows(std::int64_t count, std::int64_t length, std::int64_t hop, Tail tail) {
  const test::TemporaryFolder folder;
  std::vector<float> samples;
  for (std::int64_t i = 1; i <= count; ++i) samples.push_back(static_cast<float>(i));
  test::write_float_wav(folder / "count.wav", samples, kRateHz);
  SliceOptions options;
  options.mode = SliceMode::fixed;
  options.interval_s = static_cast<double>(length) / kRateHz;
  options.hop_s = static_cast<double>(hop) / kRateHz;
  options.tail = tail;
  Windows result;
  const SliceSink sink = [&](const Slice& slice, std::span<const float> audio) {
    EXPECT_EQ(slice.length, length);
    EXPECT_EQ(static_cast<std::int64_t>(audio.size()), length);
    EXPECT_FALSE(slice.peak);
    for (std::int64_t i = 0; i < length; ++i) {
      const bool recorded = i < slice.recorded;
      ASSERT_EQ(audio[static_cast<std::size_t>(i)], recorded ? static_cast<float>(slice.start + i + 1) : 0.0F);
    }
    result.push_back({slice.start, slice.recorded});
  };
  StreamOptions stream;
  stream.sample_rate_hz = kRateHz;
  const auto account = slice_recording(folder / "count.wav", stream, options, sink);
  EXPECT_EQ(std::get<RecordingAccount>(account).samples, count);
  return result;
}

constexpr Tail kTails[] = {Tail::drop, Tail::pad, Tail::shift, Tail::remainder};

TEST(FixedSlices, OfWholeMultiplesHaveNoTail) {
  for (const Tail tail : kTails) {
    EXPECT_EQ(windows(100, 100, 100, tail), (Windows{{0, 100}})) << tail;
    EXPECT_EQ(windows(300, 100, 100, tail), (Windows{{0, 100}, {100, 100}, {200, 100}})) << tail;
    EXPECT_EQ(windows(200, 100, 50, tail), (Windows{{0, 100}, {50, 100}, {100, 100}})) << tail;
  }
}

TEST(FixedSlices, ShorterThanOneWindow) {
  EXPECT_EQ(windows(99, 100, 100, Tail::drop), Windows{});
  EXPECT_EQ(windows(99, 100, 100, Tail::pad), (Windows{{0, 99}}));
  EXPECT_EQ(windows(99, 100, 100, Tail::shift), (Windows{{0, 99}}));
  EXPECT_EQ(windows(99, 100, 100, Tail::remainder), (Windows{{0, 99}}));
  EXPECT_EQ(windows(1, 100, 30, Tail::pad), (Windows{{0, 1}}));
}

TEST(FixedSlices, OneSampleMoreThanAWindow) {
  EXPECT_EQ(windows(101, 100, 100, Tail::drop), (Windows{{0, 100}}));
  EXPECT_EQ(windows(101, 100, 100, Tail::pad), (Windows{{0, 100}, {100, 1}}));
  EXPECT_EQ(windows(101, 100, 100, Tail::shift), (Windows{{0, 100}, {1, 100}}));
  EXPECT_EQ(windows(101, 100, 100, Tail::remainder), (Windows{{0, 100}, {100, 1}}));
}

TEST(FixedSlices, OverlappingWindowsHaveOneTailForWhatIsNotCovered) {
  EXPECT_EQ(windows(230, 100, 50, Tail::drop), (Windows{{0, 100}, {50, 100}, {100, 100}}));
  EXPECT_EQ(windows(230, 100, 50, Tail::pad), (Windows{{0, 100}, {50, 100}, {100, 100}, {150, 80}}));
  EXPECT_EQ(windows(230, 100, 50, Tail::shift), (Windows{{0, 100}, {50, 100}, {100, 100}, {130, 100}}));
  EXPECT_EQ(windows(230, 100, 50, Tail::remainder), (Windows{{0, 100}, {50, 100}, {100, 100}, {150, 80}}));
}

TEST(FixedSlices, WithGapsBetweenWindows) {
  EXPECT_EQ(windows(450, 100, 200, Tail::drop), (Windows{{0, 100}, {200, 100}}));
  EXPECT_EQ(windows(450, 100, 200, Tail::pad), (Windows{{0, 100}, {200, 100}, {400, 50}}));
  EXPECT_EQ(windows(450, 100, 200, Tail::shift), (Windows{{0, 100}, {200, 100}, {350, 100}}));
  EXPECT_EQ(windows(450, 100, 200, Tail::remainder), (Windows{{0, 100}, {200, 100}, {400, 50}}));
}

TEST(FixedSlices, EndingInAGap) {
  EXPECT_EQ(windows(350, 100, 200, Tail::drop), (Windows{{0, 100}, {200, 100}}));
  EXPECT_EQ(windows(350, 100, 200, Tail::pad), (Windows{{0, 100}, {200, 100}}));
  EXPECT_EQ(windows(350, 100, 200, Tail::shift), (Windows{{0, 100}, {200, 100}, {250, 100}}));
  EXPECT_EQ(windows(350, 100, 200, Tail::remainder), (Windows{{0, 100}, {200, 100}}));
}

TEST(FixedSlices, OfARecordingOfManyReads) {
  constexpr std::int64_t kCount = 200'003;  // three reads of 65,536 and some
  for (const auto& [length, hop] :
       {std::pair<std::int64_t, std::int64_t>{5'000, 5'000}, {5'000, 1'234}, {700, 90'000}}) {
    Windows expected;
    for (std::int64_t start = 0; start + length <= kCount; start += hop) expected.push_back({start, length});
    EXPECT_EQ(windows(kCount, length, hop, Tail::drop), expected);
    expected.push_back({kCount - length, length});
    EXPECT_EQ(windows(kCount, length, hop, Tail::shift), expected);
  }
}

// 0.7 s at 22,050 Hz is 15,434.999… samples in binary; the hop is rounded so that windows do not creep.
TEST(FixedSlices, HopsAreRoundedToTheNearestSample) {
  const test::TemporaryFolder folder;
  test::write_float_wav(folder / "flat.wav", std::vector<float>(200'000, 0.5F), 22'050);
  SliceOptions options;
  options.mode = SliceMode::fixed;
  options.interval_s = 1.0;
  options.hop_s = 0.7;
  StreamOptions stream;
  stream.sample_rate_hz = 22'050;
  std::int64_t expected = 0;
  const SliceSink sink = [&](const Slice& slice, std::span<const float>) {
    EXPECT_EQ(slice.start, expected);
    expected += 15'435;
  };
  (void)slice_recording(folder / "flat.wav", stream, options, sink);
  EXPECT_EQ(expected, 12 * 15'435);
}

}  // namespace
}  // namespace veery
