#include "run/run_plan.hpp"

#include <gtest/gtest.h>

namespace veery {
namespace {

TEST(RunPlan, NamesLoseTheirLastExtensionOnly) {
  EXPECT_EQ(without_extension("site.1/20240601_060000.wav"), "site.1/20240601_060000");
  EXPECT_EQ(without_extension("a.b.wav"), "a.b");
  EXPECT_EQ(without_extension("site.1/name"), "site.1/name");
  EXPECT_EQ(without_extension("site/.wav"), "site/.wav");
  EXPECT_EQ(without_extension(".wav"), ".wav");
  EXPECT_EQ(without_extension("name"), "name");
}

TEST(RunPlan, KnowsRecordingsThatDifferInTheirExtensionOnly) {
  ArchiveIndex index;
  for (const char* path : {"a.b/c.wav", "a.flac", "a.wav", "b.wav", "sub/a.wav"}) {
    Recording& recording = index.recordings.emplace_back();
    recording.path = path;
    recording.audio.sample_rate_hz = 1'000;
    recording.audio.claimed_frames = 1'000;
  }
  EXPECT_EQ(make_run_plan(index, {}, nullptr).ambiguous_stems, (std::map<std::string, int, std::less<>>{{"a", 0}}));
}

}  // namespace
}  // namespace veery
