#include "run/start_time_report.hpp"

#include <gtest/gtest.h>

namespace veery {
namespace {

Recording recording(const std::string& path) {
  Recording result;
  result.path = path;
  result.start = RecordingTime{};
  return result;
}

TEST(StartTimeReport, SaysNothingOfWhatIsClear) {
  ArchiveIndex index;
  index.recordings = {recording("a.wav"), recording("b.wav")};
  index.recordings[1].start.reset();
  EXPECT_TRUE(start_time_warnings(index, SplitBy::recording).empty());
}

TEST(StartTimeReport, CountsEachKindAndNamesTheFirst) {
  ArchiveIndex index;
  index.recordings = {recording("a.wav"), recording("b\n.wav"), recording("c.wav")};
  index.recordings[1].start_conflicts = "guano 2024-06-01T05:30:00.000";
  index.recordings[1].remarks = "unreadable_time; site_unmatched";
  index.recordings[2].remarks = "site_unmatched";
  index.recordings[2].start.reset();

  const std::vector<std::string> warnings = start_time_warnings(index, SplitBy::day);

  ASSERT_EQ(warnings.size(), 4U);
  EXPECT_EQ(warnings[0],
            "1 recording: sources of their start time disagree; --time-source decides (index.csv; first: b\\x0a.wav)");
  EXPECT_TRUE(warnings[1].starts_with("1 recording: a time in the metadata")) << warnings[1];
  EXPECT_TRUE(warnings[2].starts_with("2 recordings: --site-pattern does not fit")) << warnings[2];
  EXPECT_EQ(warnings[3],
            "1 recording: no start time, so --split-by day takes each by itself (index.csv; first: c.wav)");
}

}  // namespace
}  // namespace veery
