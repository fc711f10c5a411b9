#include "run/run_plan.hpp"

#include <gtest/gtest.h>

namespace veery {
namespace {

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
