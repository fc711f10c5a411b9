// A name in a table finds its recording, wherever the recording lay when it was written down.
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include <veery/annotations/recording_names.hpp>

namespace veery {
namespace {

ArchiveIndex index_of(const std::vector<std::string>& paths) {
  ArchiveIndex index;
  for (const std::string& path : paths) index.recordings.emplace_back().path = path;
  return index;
}

class RecordingNamesTest : public testing::Test {
 protected:
  std::string path_of(const std::variant<FoundRecording, RowFault>& found) const {
    if (const auto* fault = std::get_if<RowFault>(&found)) return std::string{to_string(*fault)};
    return index_.recordings[std::get<FoundRecording>(found).place].path;
  }

  ArchiveIndex index_ = index_of({"a/x.wav", "b/x.wav", "b/c/y.flac", "b/c/y.wav", "v1.2.wav", "z.wav", "d/z.wav"});
  RecordingNames names_{index_};
};

TEST_F(RecordingNamesTest, FindsByPathNameOrStem) {
  EXPECT_EQ(path_of(names_.find("a/x.wav")), "a/x.wav");
  EXPECT_EQ(path_of(names_.find("a/x")), "a/x.wav");
  EXPECT_EQ(path_of(names_.find("a/x.mp3")), "a/x.wav");
  EXPECT_EQ(path_of(names_.find("y.flac")), "b/c/y.flac");
  EXPECT_EQ(path_of(names_.find("v1.2")), "v1.2.wav");
}

TEST_F(RecordingNamesTest, FoldersFromAnotherDiskDecideFromTheLastOn) {
  EXPECT_EQ(path_of(names_.find("/mnt/disk/b/x.wav")), "b/x.wav");
  EXPECT_EQ(path_of(names_.find("D:\\2024\\a\\x.wav")), "a/x.wav");
  EXPECT_EQ(path_of(names_.find("/elsewhere/y.flac")), "b/c/y.flac");
}

TEST_F(RecordingNamesTest, TheFolderOfTheTableCounts) {
  EXPECT_EQ(path_of(names_.find("x.wav", "b")), "b/x.wav");
  EXPECT_EQ(path_of(names_.find("x.wav", "results/a")), "a/x.wav");
}

TEST_F(RecordingNamesTest, ANameOfSeveralIsNotGuessed) {
  EXPECT_EQ(path_of(names_.find("x.wav")), "ambiguous_recording");
  EXPECT_EQ(path_of(names_.find("b/c/y")), "ambiguous_recording");
  EXPECT_EQ(path_of(names_.find("y")), "ambiguous_recording");
}

TEST_F(RecordingNamesTest, AWholePathIsMeant) {
  EXPECT_EQ(path_of(names_.find("z.wav")), "z.wav");
  EXPECT_EQ(path_of(names_.find("z")), "z.wav");
}

TEST_F(RecordingNamesTest, FoldersGoBeforeTheExtension) {
  const ArchiveIndex index = index_of({"a/w.wav", "b/w.flac"});
  const RecordingNames names{index};
  EXPECT_EQ(index.recordings[std::get<FoundRecording>(names.find("/disk/b/w.wav")).place].path, "b/w.flac");
  EXPECT_EQ(index.recordings[std::get<FoundRecording>(names.find("/disk/w.wav")).place].path, "a/w.wav");
}

TEST_F(RecordingNamesTest, WhatIsMeantAndRefusedIsNotAnother) {
  index_.refused.push_back({"c/v.wav", {Reason::empty, "0 bytes"}});
  index_.refused.push_back({"d/u.mp3", {Reason::no_audio, ""}});
  index_.recordings.emplace_back().path = "d/v.wav";
  index_.recordings.emplace_back().path = "d/u.wav";
  const RecordingNames names{index_};
  EXPECT_EQ(path_of(names.find("c/v.wav")), "unknown_recording");
  EXPECT_EQ(path_of(names.find_of_table("c/v.BirdNET.results.csv")), "unknown_recording");
  EXPECT_EQ(path_of(names.find("d/v.wav")), "d/v.wav");
  EXPECT_EQ(path_of(names.find("v.wav")), "ambiguous_recording");
  EXPECT_EQ(path_of(names.find("d/u")), "d/u.wav") << "beside it lies one of that name that can be used";
}

TEST_F(RecordingNamesTest, TheArchivesOwnNameCounts) {
  const ArchiveIndex index = index_of({"x.wav", "2024/x.wav"});
  const RecordingNames names{index, "/mnt/plot 7"};
  EXPECT_EQ(std::get<FoundRecording>(names.find("E:\\plot 7\\2024\\x.wav")).agreement, 2);
  EXPECT_EQ(std::get<FoundRecording>(names.find("E:\\plot 7\\x.wav")).place, 0U);
}

TEST_F(RecordingNamesTest, UnknownNames) {
  EXPECT_EQ(path_of(names_.find("w.wav")), "unknown_recording");
  EXPECT_EQ(path_of(names_.find("")), "unknown_recording");
}

TEST_F(RecordingNamesTest, ATableOfOneRecordingIsNamedAfterIt) {
  EXPECT_EQ(path_of(names_.find_of_table("a/x.BirdNET.results.csv")), "a/x.wav");
  EXPECT_EQ(path_of(names_.find_of_table("b/x.Table.1.selections.txt")), "b/x.wav");
  EXPECT_EQ(path_of(names_.find_of_table("v1.2.txt")), "v1.2.wav");
  EXPECT_EQ(path_of(names_.find_of_table("x.txt")), "ambiguous_recording");
  EXPECT_EQ(path_of(names_.find_of_table("notes.txt")), "unknown_recording");
}

}  // namespace
}  // namespace veery
