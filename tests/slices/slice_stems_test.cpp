// Slices around the peaks of stems, cut out of the mixture and of all stems.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/slices/slice_stems.hpp>

#include "sliced.hpp"

namespace veery::test {
namespace {

using Samples = std::vector<float>;

/// A recording and what it was separated into.
struct Separated {
  Samples mixture;
  std::vector<Samples> stems;

  [[nodiscard]] std::size_t size() const { return mixture.size(); }
};

/// A slice with everything the sink got.
struct KeptStems {
  Slice slice;
  int source = 0;
  Samples mixture;
  std::vector<Samples> stems;

  [[nodiscard]] auto key() const {
    return std::tuple{slice.start, slice.length, slice.recorded, slice.peak->sample, slice.peak->energy, source};
  }
  friend bool operator==(const KeptStems& a, const KeptStems& b) {
    return a.key() == b.key() && a.mixture == b.mixture && a.stems == b.stems;
  }
};

Separated separated(std::vector<Samples> stems) {
  Separated result{Samples(stems.at(0).size()), std::move(stems)};
  for (const Samples& stem : result.stems) {
    for (std::size_t i = 0; i < stem.size(); ++i) result.mixture[i] += stem[i];
  }
  return result;
}

Samples silence(double seconds) {
  return Samples(static_cast<std::size_t>(seconds * kRateHz));
}

/// Pushed in pieces of `piece` samples; 0: all at once.
std::vector<KeptStems> sliced(const Separated& recording, const SliceOptions& options, std::size_t piece = 0) {
  std::vector<KeptStems> kept;
  const StemSliceSink sink = [&](const Slice& slice, int source, std::span<const float> mixture,
                                 std::span<const std::span<const float>> stems) {
    kept.push_back({slice, source, {mixture.begin(), mixture.end()}, {}});
    for (const std::span<const float> stem : stems) kept.back().stems.emplace_back(stem.begin(), stem.end());
  };
  StemSlicer slicer{kRateHz, options, static_cast<int>(recording.stems.size())};
  if (piece == 0) piece = recording.size();
  for (std::size_t at = 0; at < recording.size(); at += piece) {
    const auto part = [&](const Samples& all) { return std::span{all}.subspan(at, std::min(piece, all.size() - at)); };
    std::vector<Samples> stems;
    for (const Samples& stem : recording.stems) stems.emplace_back(part(stem).begin(), part(stem).end());
    slicer.push(part(recording.mixture), stems, sink);
  }
  slicer.finish(sink);
  return kept;
}

/// Each slice holds its peak, and the recording's own samples of every signal.
void expect_own_samples(const std::vector<KeptStems>& kept, const Separated& recording) {
  const auto is_window = [](const Samples& cut, const Samples& whole, const Slice& slice) {
    const auto from = whole.begin() + slice.start;
    return std::ssize(cut) == slice.length && std::equal(cut.begin(), cut.end(), from);
  };
  for (const KeptStems& one : kept) {
    SCOPED_TRACE(one.slice.start);
    ASSERT_LE(one.slice.start + one.slice.length, static_cast<std::int64_t>(recording.size()));
    ASSERT_TRUE(one.slice.peak);
    EXPECT_GE(one.slice.peak->sample, one.slice.start);
    EXPECT_LT(one.slice.peak->sample, one.slice.end());
    EXPECT_TRUE(is_window(one.mixture, recording.mixture, one.slice));
    ASSERT_EQ(one.stems.size(), recording.stems.size());
    for (std::size_t s = 0; s < one.stems.size(); ++s) {
      EXPECT_TRUE(is_window(one.stems[s], recording.stems[s], one.slice)) << "stem " << s;
    }
  }
}

using Origins = std::vector<std::pair<int, int>>;

/// Source and whole second of the peak of each slice; chirps last 0.4 s.
Origins origins(const std::vector<KeptStems>& kept) {
  Origins result;
  for (const KeptStems& one : kept) result.emplace_back(one.source, one.slice.peak->sample / kRateHz);
  return result;
}

TEST(SliceStems, AreAroundThePeaksOfEachStem) {
  const Separated recording = separated({chirps_at({3.3, 17.3}, 30.0), chirps_at({9.3, 24.3}, 30.0)});
  const std::vector<KeptStems> kept = sliced(recording, around_peaks(4.0, 300.0, 5));

  EXPECT_EQ(origins(kept), (Origins{{0, 3}, {1, 9}, {0, 17}, {1, 24}}));
  for (const KeptStems& one : kept) EXPECT_EQ(one.slice.start, one.slice.peak->sample - 2 * kRateHz);
  expect_own_samples(kept, recording);
}

TEST(SliceStems, FindWhatIsQuietInTheMixture) {
  Samples quiet = chirps_at({8.3}, 20.0);
  for (float& sample : quiet) sample *= 0.1F;
  const Separated recording = separated({chirps_at({3.3}, 20.0), quiet});
  const SliceOptions options = around_peaks(4.0, 20.0, 1);
  const std::vector<KeptStems> kept = sliced(recording, options);
  const std::vector<Peak> of_mixture = find_peaks(recording.mixture, kRateHz, options.peaks);

  ASSERT_EQ(of_mixture.size(), 1U);
  EXPECT_EQ(of_mixture[0].sample / kRateHz, 3);
  EXPECT_EQ(origins(kept), (Origins{{0, 3}, {1, 8}}));
  expect_own_samples(kept, recording);
}

TEST(SliceStems, OneWindowOfTwoStemsIsTwoSlices) {
  const Samples stem = chirps_at({1.0, 8.3}, 20.0);
  const std::vector<KeptStems> kept = sliced(separated({stem, stem}), around_peaks(4.0, 20.0, 5));

  ASSERT_EQ(origins(kept), (Origins{{0, 1}, {1, 1}, {0, 8}, {1, 8}}));
  EXPECT_EQ(kept[0].slice.start, kept[1].slice.start);
  EXPECT_EQ(kept[2].slice.start, kept[3].slice.start);
}

TEST(SliceStems, EachStemHasItsOwnLimitInEachBlock) {
  const Separated recording =
      separated({chirps_at({3.3, 7.3, 23.3, 27.3}, 40.0), chirps_at({11.3, 15.3, 31.3, 35.3}, 40.0)});
  const std::vector<KeptStems> kept = sliced(recording, around_peaks(2.0, 20.0, 1));

  ASSERT_EQ(kept.size(), 4U);
  const Origins found = origins(kept);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].first, static_cast<int>(i % 2));
    EXPECT_EQ(found[i].second / 20, static_cast<int>(i / 2));
  }
}

TEST(SliceStems, BlocksDoNotClipThem) {
  const Separated recording =
      separated({chirps_at({8.0, 19.5, 27.0, 35.0}, 40.0), chirps_at({4.0, 12.0, 20.3, 33.0}, 40.0)});
  const std::vector<KeptStems> kept = sliced(recording, around_peaks(6.0, 20.0, 2));

  EXPECT_EQ(origins(kept), (Origins{{1, 4}, {0, 8}, {1, 12}, {0, 19}, {1, 20}, {0, 27}, {1, 33}, {0, 35}}));
  for (const KeptStems& one : kept) EXPECT_EQ(one.slice.start, one.slice.peak->sample - 3 * kRateHz);
  expect_own_samples(kept, recording);
}

// Blocks shorter than half a slice: several want the windows at the recording's ends.
TEST(SliceStems, PushesOfAnySizeGiveTheSame) {
  const Separated recording =
      separated({chirps_at({0.3, 1.3, 7.3, 9.3}, 10.0), chirps_at({0.6, 2.3, 8.3, 9.6}, 10.0), silence(10.0)});
  for (const double scope_s : {1.0, 2.5, 300.0}) {
    SCOPED_TRACE(scope_s);
    const SliceOptions options = around_peaks(6.0, scope_s, 1);
    const std::vector<KeptStems> whole = sliced(recording, options);
    ASSERT_GE(whole.size(), 2U);
    expect_own_samples(whole, recording);
    for (const std::size_t piece : {977U, 32'000U, 65'537U}) EXPECT_EQ(sliced(recording, options, piece), whole);
  }
}

class SliceStemsOfOneSource : public SliceRecording {};

TEST_F(SliceStemsOfOneSource, AreTheRecordingsSlices) {
  for (const double seconds : {2.5, 50.0}) {
    const Samples samples = chirps_at({0.8, 9.0, 19.9, 30.0, 44.0, 49.5}, seconds);
    const SliceOptions options = around_peaks(6.0, 20.0, 3);
    const Sliced expected = SliceRecording::sliced(samples, options);
    const std::vector<KeptStems> kept = test::sliced({samples, {samples}}, options, 10'000);

    ASSERT_FALSE(kept.empty());
    ASSERT_EQ(kept.size(), expected.kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
      EXPECT_EQ(kept[i].slice.start, expected.kept[i].slice.start);
      EXPECT_EQ(kept[i].slice.recorded, expected.kept[i].slice.recorded);
      EXPECT_EQ(kept[i].slice.peak->energy, expected.kept[i].slice.peak->energy);
      EXPECT_EQ(kept[i].source, 0);
      EXPECT_EQ(kept[i].mixture, expected.kept[i].audio);
      EXPECT_EQ(kept[i].stems, std::vector<Samples>{expected.kept[i].audio});
    }
  }
}

TEST(SliceStems, OfARecordingShorterThanASliceAreWrapped) {
  const Separated recording = separated({silence(2.5), chirps_at({0.8}, 2.5)});
  const std::vector<KeptStems> kept = sliced(recording, around_peaks(6.0, 300.0, 5));

  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].source, 1);
  EXPECT_EQ(kept[0].slice.recorded, 80'000);
  EXPECT_EQ(kept[0].slice.padded(), 112'000);
  EXPECT_EQ(kept[0].mixture, wrap_pad(recording.mixture, 192'000));
  EXPECT_EQ(kept[0].stems, (std::vector<Samples>{Samples(192'000), wrap_pad(recording.stems[1], 192'000)}));
}

TEST(SliceStems, OfSilenceOrOfNothingAreNone) {
  const SliceOptions options = around_peaks(6.0, 20.0, 5);
  EXPECT_TRUE(sliced(separated({silence(30.0), silence(30.0)}), options).empty());
  EXPECT_TRUE(sliced(separated({silence(1.0)}), options).empty());
  EXPECT_TRUE(sliced(separated({Samples{}, Samples{}}), options).empty());
}

// A slice comes as soon as its block and the windows of it are there, however long the recording: what is older
// need not be kept.
TEST(SliceStems, OfALongRecordingComeInTime) {
  const SliceOptions options = around_peaks(1.0, 5.0, 1);
  const std::vector<Samples> piece{chirps_at({2.3}, 5.0), chirps_at({3.3}, 5.0)};
  const std::int64_t pieces = 120;
  std::int64_t pushed = 0;
  std::int64_t slices = 0;
  const StemSliceSink sink = [&](const Slice& slice, int source, std::span<const float>,
                                 std::span<const std::span<const float>> stems) {
    EXPECT_EQ(source, slices % 2);
    EXPECT_EQ(slice.peak->sample / kRateHz, slices / 2 * 5 + 2 + source);
    EXPECT_LE(pushed - slice.peak->sample, 10 * kRateHz);
    const auto from = piece[static_cast<std::size_t>(source)].begin() + slice.start % (5 * kRateHz);
    EXPECT_TRUE(std::equal(stems[static_cast<std::size_t>(source)].begin(),
                           stems[static_cast<std::size_t>(source)].end(), from));
    ++slices;
  };
  StemSlicer slicer{kRateHz, options, 2};
  for (std::int64_t i = 0; i < pieces; ++i) {
    pushed += std::ssize(piece[0]);
    slicer.push(piece[0], piece, sink);
  }
  slicer.finish(sink);
  EXPECT_EQ(slices, 2 * pieces);
}

TEST(SliceStems, OutOfStepIsAnError) {
  const StemSliceSink nothing = [](const Slice&, int, std::span<const float>, std::span<const std::span<const float>>) {
  };
  StemSlicer slicer{kRateHz, around_peaks(6.0, 20.0, 5), 2};
  const Samples mixture(100);
  EXPECT_THROW(slicer.push(mixture, std::vector<Samples>{Samples(100)}, nothing), Error);
  EXPECT_THROW(slicer.push(mixture, std::vector<Samples>{Samples(100), Samples(99)}, nothing), Error);
  slicer.push(mixture, std::vector<Samples>{Samples(100), Samples(100)}, nothing);
}

}  // namespace
}  // namespace veery::test
