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

TEST(ArchiveIndex, WhatIsKnownOfTimeAndPlaceComesBack) {
  ArchiveIndex index;
  Recording& recording = index.recordings.emplace_back();
  recording.path = "a.wav";
  recording.start = RecordingTime{1'700'000'000'123, -300};
  recording.start_from = "name+zone";
  recording.start_conflicts = "guano 2024-06-01T05:30:00.000Z; bext 2024-06-01T05:30:00.000";
  recording.clock_changes = {{50'400'000, -360}, {60'000'000, -300}};
  recording.remarks = "unreadable_time; site_unmatched";
  recording.position = Position{-12.345678901234567, 130.5};
  recording.site = "s";

  const Recording read = index_from_text(index_to_text(index)).recordings.at(0);

  EXPECT_EQ(read.start, recording.start);
  EXPECT_EQ(read.start_from, recording.start_from);
  EXPECT_EQ(read.start_conflicts, recording.start_conflicts);
  EXPECT_EQ(read.clock_changes, recording.clock_changes);
  EXPECT_EQ(read.remarks, recording.remarks);
  EXPECT_EQ(read.position, recording.position);
  EXPECT_EQ(read.site, recording.site);
}

TEST(ArchiveIndex, ASiteIsWhereThePatternSays) {
  const TemporaryFolder archive;
  write_recording(archive / "north/P1_2024/a.wav");
  write_recording(archive / "b.wav");
  ProbeOptions options;
  options.site.emplace("{region}/{site}_*");
  const auto site_of = [&](const std::string& path) {
    const auto recording = std::get<Recording>(probe_recording(archive.path(), path, options));
    return recording.site + " " + recording.remarks;
  };
  EXPECT_EQ(site_of("north/P1_2024/a.wav"), "P1 ");
  EXPECT_EQ(site_of("b.wav"), ". site_unmatched");
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
  EXPECT_THROW((void)index_from_text("recording\n"), Error);
  EXPECT_THROW((void)index_from_text("recording,a.wav,1\n"), Error);
  const std::string rest = ",1,1,1,1,WAV,,,,,,,.\n";
  EXPECT_NO_THROW((void)index_from_text("recording,a.wav,1" + rest));
  EXPECT_THROW((void)index_from_text("recording,a.wav,x" + rest), Error);
  EXPECT_THROW((void)index_from_text("recording,a.wav,1,1,1,1,1,WAV,,,,60000,,,.\n"), Error) << "half a clock change";
  EXPECT_THROW((void)index_from_text("recording,a.wav,1,1,1,1,1,WAV,,,,,,north,.\n"), Error) << "no position";
}

}  // namespace
}  // namespace veery
