#include <gtest/gtest.h>

#include <array>

#include <veery/archive/archive_index.hpp>
#include <veery/audio/audio_file.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

using test::TemporaryFolder;

void write_recording(const std::filesystem::path& path) {
  AudioWriter writer{path, AudioFormat::wav, 16'000};
  writer.write(std::array<std::int16_t, 4'000>{});
  writer.publish();
}

Recording probed(const std::filesystem::path& archive, const std::string& path) {
  return std::get<Recording>(probe_recording(archive, path));
}

TEST(ArchiveIndex, ARecordingIsWhatItsHeaderAndNameSay) {
  const TemporaryFolder archive;
  write_recording(archive / "plot 1/20240601_060000.wav");
  const Recording recording = probed(archive.path(), "plot 1/20240601_060000.wav");
  EXPECT_EQ(recording.audio.frames, 4'000);
  EXPECT_EQ(recording.audio.sample_rate_hz, 16'000);
  EXPECT_DOUBLE_EQ(recording.claimed_s(), 0.25);
  EXPECT_EQ(recording.bytes, 8'044);
  EXPECT_EQ(recording.site, "plot 1");
  EXPECT_EQ(format_time(*recording.start), "2024-06-01T06:00:00.000");
}

TEST(ArchiveIndex, TheIdIsThatOfThePath) {
  const TemporaryFolder archive;
  write_recording(archive / "a.wav");
  write_recording(archive / "b/a.wav");
  EXPECT_NE(probed(archive.path(), "a.wav").id, probed(archive.path(), "b/a.wav").id);
  EXPECT_EQ(probed(archive.path(), "a.wav").site, ".");
}

TEST(ArchiveIndex, PartsInAnyOrderMakeOneIndex) {
  const TemporaryFolder archive;
  ArchiveIndex first;
  ArchiveIndex second;
  for (const auto* name : {"c, \"quoted\"\n.wav", "20240601T060000+1000.wav"}) {
    write_recording(archive / name);
    first.recordings.push_back(probed(archive.path(), name));
  }
  write_recording(archive / "a.wav");
  second.recordings.push_back(probed(archive.path(), "a.wav"));
  second.refused.push_back({"bad.wav", {Reason::empty, "0 bytes, really\n"}});

  const ArchiveIndex merged = index_from_text(index_to_text(first) + index_to_text(second));
  const ArchiveIndex other = index_from_text(index_to_text(second) + index_to_text(first));

  EXPECT_EQ(index_to_text(merged), index_to_text(other));
  ASSERT_EQ(merged.recordings.size(), 3U);
  EXPECT_EQ(merged.recordings[0].path, "20240601T060000+1000.wav");
  EXPECT_EQ(merged.recordings[0].start->utc_offset_minutes, 600);
  EXPECT_EQ(merged.recordings[2].path, "c, \"quoted\"\n.wav");
  EXPECT_EQ(merged.recordings[2].id, first.recordings[0].id);
  ASSERT_EQ(merged.refused.size(), 1U);
  EXPECT_EQ(merged.refused[0].refusal.reason, Reason::empty);
}

TEST(ArchiveIndex, OneRecordingTwiceIsAnError) {
  const TemporaryFolder archive;
  write_recording(archive / "a.wav");
  ArchiveIndex index;
  index.recordings = {probed(archive.path(), "a.wav"), probed(archive.path(), "a.wav")};
  EXPECT_THROW(sort_index(index), Error);
}

TEST(ArchiveIndex, ADamagedTextIsAnError) {
  EXPECT_THROW((void)index_from_text("song,a.wav\n"), Error);
  EXPECT_THROW((void)index_from_text("recording,a.wav,1\n"), Error);
  EXPECT_THROW((void)index_from_text("recording,a.wav,x,1,1,1,1,WAV,,.\n"), Error);
}

}  // namespace
}  // namespace veery
