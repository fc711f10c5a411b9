// Real recordings of many recorders, formats and rates against the real Perch.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "golden.hpp"
#include "shared_folder.hpp"

namespace veery::test {
namespace {

namespace fs = std::filesystem;

// "unknown error in flac decoder", says the libsndfile 1.2.2 of the golden; 1.2.0 decodes it whole. There is a
// second golden, made with an ffmpeg to fall back on.
constexpr const char* kRefusedByPerch = "web-components__example_30s.flac";

constexpr std::int64_t kNear = kRateHz / 10;

struct Pair {
  fs::path golden;
  fs::path recording;
};

bool is_lossy(const fs::path& recording) {
  return std::set<std::string>{".mp3", ".ogg", ".opus"}.contains(recording.extension());
}

std::vector<Pair> pairs() {
  std::vector<Pair> result;
  for (const auto& entry : fs::directory_iterator{golden_peaks()}) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".json" || name == "edge_cases") continue;
    if (name.ends_with(".with-ffmpeg") || name == kRefusedByPerch) continue;
    const bool synthetic = name.starts_with("synth_");
    result.push_back({entry.path(), (synthetic ? golden_peaks() / "synthetic" : shared_folder() / "audio") / name});
  }
  std::sort(result.begin(), result.end(), [](const Pair& a, const Pair& b) { return a.golden < b.golden; });
  return result;
}

TEST(Shared, IsThereInContinuousIntegration) {
  if (fs::is_directory(golden_peaks())) return;
  const char* ci = std::getenv("CI");
  if (ci != nullptr && *ci != '\0') FAIL() << "CI needs " << golden_peaks() << " beside the project";
  GTEST_SKIP() << "no " << golden_peaks() << ": parity with Perch is tested on closed-form signals alone";
}

class Lossless : public testing::TestWithParam<std::string> {};

TEST_P(Lossless, PeaksAndSlicesArePerchs) {
  std::size_t recordings = 0;
  std::size_t peaks = 0;
  for (const auto& [golden_path, recording] : pairs()) {
    std::string kind = recording.extension().string();
    if (kind == ".WAV") kind = ".wav";
    if (is_lossy(recording) || kind != GetParam()) continue;
    SCOPED_TRACE(recording.filename());
    const Golden golden = read_golden(golden_path);
    const Found found = analyse(recording);
    expect_same_places(found, golden);
    expect_same_energies(found, golden);
    ++recordings;
    peaks += golden.peaks_200.size();
  }
  std::cout << recordings << " recordings, " << peaks << " peaks\n";
  EXPECT_GT(recordings, 20U);
}

INSTANTIATE_TEST_SUITE_P(Perch, Lossless, testing::ValuesIn(with_shared({".wav", ".flac"})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Lossless);

/// How many of `wanted` have one of `found` within 0.1 s.
std::size_t near(const std::vector<std::int64_t>& wanted, const std::vector<std::int64_t>& found) {
  const auto count = std::count_if(wanted.begin(), wanted.end(), [&](std::int64_t place) {
    return std::any_of(found.begin(), found.end(),
                       [&](std::int64_t other) { return std::abs(other - place) <= kNear; });
  });
  return static_cast<std::size_t>(count);
}

struct Tally {
  std::size_t wanted = 0;
  std::size_t found = 0;
  std::size_t wanted_near = 0;
  std::size_t found_near = 0;

  void add(const std::vector<std::int64_t>& golden, const std::vector<std::int64_t>& ours) {
    wanted += golden.size(), found += ours.size();
    wanted_near += near(golden, ours), found_near += near(ours, golden);
  }
  void expect_most() const {
    EXPECT_GE(static_cast<double>(wanted_near), 0.95 * static_cast<double>(wanted));
    EXPECT_GE(static_cast<double>(found_near), 0.95 * static_cast<double>(found));
  }
  friend std::ostream& operator<<(std::ostream& out, const Tally& tally) {
    return out << tally.wanted_near << " of " << tally.wanted << " found, " << tally.found - tally.found_near << " new";
  }
};

template <typename Rows>
std::vector<std::int64_t> starts(const Rows& rows) {
  std::vector<std::int64_t> result;
  for (const auto& row : rows) result.push_back(row.start);
  return result;
}

class Lossy : public testing::TestWithParam<std::string> {};

// Decoders of MP3, Vorbis and Opus differ in delay, dither and last bits from build to build, so places are
// compared to 0.1 s and one in twenty may be missing or new. With libsndfile 1.2.0 all but one recording are
// identical to the sample: perch__21100_36_48.ogg has a peak at frame 225 for 228, where Perch itself moves
// when it counts in float64.
TEST_P(Lossy, PeaksAndSlicesAreNearPerchs) {
  Tally peaks;
  Tally slices;
  std::size_t identical = 0;
  std::size_t recordings = 0;
  for (const auto& [golden_path, recording] : pairs()) {
    if (!is_lossy(recording)) continue;
    SCOPED_TRACE(recording.filename());
    const Golden golden = read_golden(golden_path);
    const Found found = analyse(recording);
    EXPECT_LE(std::abs(found.samples - golden.samples), kNear);
    peaks.add(golden.peaks_200, found.peaks_200);
    slices.add(starts(golden.slices_5), starts(found.slices_5));
    if (found.peaks_200 == golden.peaks_200) ++identical;
    ++recordings;
  }
  std::cout << recordings << " recordings, " << identical << " with identical peaks; peaks " << peaks << "; slices "
            << slices << '\n';
  EXPECT_GE(recordings, 15U);
  peaks.expect_most();
  slices.expect_most();
}

INSTANTIATE_TEST_SUITE_P(Perch, Lossy, testing::ValuesIn(with_shared({"mp3_vorbis_opus"})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Lossy);

class RefusedFlac : public testing::TestWithParam<std::string> {};

TEST_P(RefusedFlac, IsWhatAnFfmpegMakesOfIt) {
  const fs::path recording = shared_folder() / "audio" / GetParam();
  if (std::holds_alternative<Refusal>(probe_audio(recording))) GTEST_SKIP() << "refused, as by Perch's libsndfile";
  const Golden golden = read_golden(golden_peaks() / (GetParam() + ".with-ffmpeg.json"));
  const Found found = analyse(recording);
  expect_same_places(found, golden);
  expect_same_energies(found, golden);
}

INSTANTIATE_TEST_SUITE_P(Perch, RefusedFlac, testing::ValuesIn(with_shared({kRefusedByPerch})), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RefusedFlac);

}  // namespace
}  // namespace veery::test
