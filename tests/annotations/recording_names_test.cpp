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
  std::string path_of(const std::variant<std::size_t, RowFault>& found) const {
    if (const auto* fault = std::get_if<RowFault>(&found)) return std::string{to_string(*fault)};
    return index_.recordings[std::get<std::size_t>(found)].path;
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
