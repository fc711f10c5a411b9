// Tables on disk, joined to an archive: what is used, what is refused and counted, and the list of classes.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <veery/annotations/archive_annotations.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

using Texts = std::vector<std::string>;
using Counts = std::map<std::string_view, std::int64_t>;

class ArchiveAnnotationsTest : public testing::Test {
 protected:
  ArchiveAnnotationsTest() {
    for (const char* const path : {"a/x.wav", "b/x.wav", "y.wav"}) {
      Recording& recording = index_.recordings.emplace_back();
      recording.path = path;
      recording.audio.sample_rate_hz = 1000;
      recording.audio.claimed_frames = 10'000;
    }
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    publish_text(folder_.path() / name, text);
  }
  [[nodiscard]] ArchiveAnnotations read(const std::vector<std::string>& classes = {}) const {
    return read_annotations(folder_.path(), {}, classes, index_);
  }
  [[nodiscard]] std::string problem(const std::vector<std::string>& classes) const {
    try {
      static_cast<void>(read(classes));
      return "none";
    } catch (const Error& error) {
      return error.what();
    }
  }

  test::TemporaryFolder folder_;
  ArchiveIndex index_;
};

TEST_F(ArchiveAnnotationsTest, AFolderOfTablesBelongsToItsRecordings) {
  write("a/x.txt", "1\t2\trobin\n");
  write("b/x.BirdNET.results.csv", "Start (s),End (s),Common name,File\n3,4,crow,x.wav\n");
  write("all.csv", "file,start,end,label\ny.wav,5,6,robin;crow\n");
  write(".hidden.csv", "nothing");

  const ArchiveAnnotations annotations = read();

  EXPECT_EQ(annotations.classes, (Texts{"crow", "robin"}));
  EXPECT_EQ(annotations.marks, (std::vector<Marks>{{{1, 2, 1}}, {{3, 4, 0}}, {{5, 6, 1}, {5, 6, 0, true}}}));
  EXPECT_EQ(annotations.report.files, 3);
  EXPECT_EQ(annotations.report.rows, 3);
  EXPECT_EQ(annotations.report.used, 3);
  EXPECT_EQ(annotations.report.recordings, 3);
}

TEST_F(ArchiveAnnotationsTest, WhatCantBeUsedIsNamedAndCounted) {
  write("t.csv", "file,start,end,label\nx.wav,1,2,r\nw.wav,1,2,r\ny.wav,20,21,r\ny.wav,1,2,r\ny.wav,-1,2,r\n");
  write("notes.txt", "remember the milk\n");

  const ArchiveAnnotations annotations = read();

  EXPECT_EQ(annotations.report.refused_by_fault(), (Counts{{"ambiguous_recording", 1},
                                                           {"unknown_recording", 1},
                                                           {"beyond_end", 1},
                                                           {"negative_time", 1},
                                                           {"not_a_table", 1}}));
  EXPECT_EQ(annotations.report.rows, 5);
  EXPECT_EQ(annotations.report.used, 1);
  EXPECT_EQ(annotations.report.refused.front().file, "notes.txt");
}

TEST_F(ArchiveAnnotationsTest, RowsOfOtherFoldersAreNotThoseOfThisOne) {
  // A table of all sites, of which the archive is one; and one whose sites are all strange.
  write("all.csv", "file,start,end,label\nsite/y.wav,1,2,r\nelse/y.wav,3,4,r\ny.wav,5,6,r\n");
  write("strange.csv", "file,start,end,label\none/y.wav,1,2,r\ntwo/y.wav,3,4,r\n");

  const ArchiveAnnotations annotations = read_annotations(folder_.path(), {}, {}, index_, "/archive/site");

  EXPECT_EQ(annotations.marks.back(), (Marks{{1, 2, 0}, {5, 6, 0}}));
  EXPECT_EQ(annotations.report.refused_by_fault(), (Counts{{"unknown_recording", 1}, {"ambiguous_recording", 2}}));
  EXPECT_EQ(annotations.report.rows, 5);
  EXPECT_EQ(annotations.report.used, 2);
  EXPECT_EQ(annotations.report.refused.front().row.row, 3);
}

TEST_F(ArchiveAnnotationsTest, TablesOfOtherFoldersAreNotThoseOfThisOne) {
  write("site/y.txt", "1\t2\tr\n");
  write("else/y.txt", "3\t4\tr\n");

  const ArchiveAnnotations annotations = read_annotations(folder_.path(), {}, {}, index_, "/archive/site");

  EXPECT_EQ(annotations.marks.back(), (Marks{{1, 2, 0}}));
  EXPECT_EQ(annotations.report.refused_by_fault(), (Counts{{"unknown_recording", 1}}));
}

TEST_F(ArchiveAnnotationsTest, TwoPeopleMayHaveHadARecordingInTwoFolders) {
  write("his.csv", "file,start,end,label\nD:\\his\\y.wav,1,2,r\n");
  write("hers.csv", "file,start,end,label\n/hers/y.wav,3,4,r\n");

  EXPECT_EQ(read().marks.back(), (Marks{{1, 2, 0}, {3, 4, 0}}));
}

TEST_F(ArchiveAnnotationsTest, ATableThatBreaksOffIsNotUsedAtAll) {
  write("a/x.txt", "1\t2\tr\n");
  write("broken.csv", "file,start,end,label\ny.wav,1,2,r\nw.wav,1,2,r\ny.wav,3,4,\"r\n");

  const ArchiveAnnotations annotations = read();

  EXPECT_EQ(annotations.marks.back(), Marks{});
  EXPECT_EQ(annotations.report.rows, 1);
  EXPECT_EQ(annotations.report.refused_by_fault(), (Counts{{"not_a_table", 1}}));
  EXPECT_EQ(annotations.report.refused.front().row.row, 4);
}

TEST_F(ArchiveAnnotationsTest, ANameIsALine) {
  write("t.csv", "file,start,end,label\ny.wav,1,2,\"Song\nSparrow ; Crow\"\n");
  EXPECT_EQ(read().classes, (Texts{"Crow", "Song Sparrow"}));
}

TEST_F(ArchiveAnnotationsTest, AGivenListDecidesAboutLabelsAndTheirNumbers) {
  write("t.csv", "file,start,end,label\ny.wav,1,2,robin\ny.wav,1,2,crow\ny.wav,3,4,crow\ny.wav,3,4,crow;robin\n");

  const ArchiveAnnotations annotations = read({"wren", "robin"});

  EXPECT_EQ(annotations.classes, (Texts{"wren", "robin"}));
  EXPECT_EQ(annotations.marks[2], (Marks{{1, 2, 1}, {3, 4, 1}}));
  EXPECT_EQ(annotations.report.not_in_classes, (std::map<std::string, std::int64_t>{{"crow", 3}}));
  EXPECT_EQ(annotations.report.used, 2);
}

TEST_F(ArchiveAnnotationsTest, RowsThatSayTheSameAreOneMark) {
  write("t.csv", "file,start,end,label\ny.wav,1,2,a\ny.wav,1,2,b\ny.wav,1,2,a\n");

  EXPECT_EQ(read().marks[2], (Marks{{1, 2, 1}, {1, 2, 0}}));
}

TEST_F(ArchiveAnnotationsTest, ToTheEndMeansTheRecordings) {
  write("t.csv", "Filename,Start Time (s),End Time (s),Species eBird Code\ny.wav,4,-1,a\n");

  EXPECT_EQ(read().marks[2], (Marks{{4, 10, 0}}));
}

TEST_F(ArchiveAnnotationsTest, NoRowAtAllIsAnError) {
  write("t.csv", "file,start,end,label\nw.wav,1,2,r\n");
  EXPECT_NE(problem({}).find("t.csv, row 2: unknown_recording w.wav"), std::string::npos) << problem({});

  write("t.csv", "file,start,end,label\ny.wav,1,2,r\n");
  EXPECT_NE(problem({"s"}).find("r is not in the list of classes"), std::string::npos) << problem({"s"});
  EXPECT_THROW(static_cast<void>(read_annotations(folder_.path() / "none.csv", {}, {}, index_)), Error);
}

TEST_F(ArchiveAnnotationsTest, GoThroughText) {
  write("t.csv",
        "file,start,end,label\ny.wav,1,2.5,\"a, b\"\na/x.wav,0.1,0.30000000000000004,c\na/x.wav,5e-324,-1,c\n");
  const ArchiveAnnotations annotations = read();

  const ArchiveAnnotations again = annotations_from_text(annotations_to_text(annotations));

  EXPECT_EQ(again.classes, annotations.classes);
  EXPECT_EQ(again.marks, annotations.marks);
}

TEST_F(ArchiveAnnotationsTest, AMillionRowsAreReadInSeconds) {
  std::string table = "file,start,end,label\n";
  for (int i = 0; i < 1'000'000; ++i)
    table += "y.wav," + std::to_string(i % 9000 / 1000.0) + ",9.5,c" + std::to_string(i % 100) + "\n";
  write("t.csv", table);

  const ArchiveAnnotations annotations = read();

  EXPECT_EQ(annotations.report.used, 1'000'000);
  EXPECT_EQ(annotations.classes.size(), 100U);
  EXPECT_EQ(annotations.marks[2].size(), 9000U);  // 9000 times and 100 labels meet 9000 times
}

TEST(Classes, AreOneALine) {
  EXPECT_EQ(classes_from_text("b\r\n\n a \n"), (Texts{"b", "a"}));
  EXPECT_EQ(classes_from_text("\xEF\xBB\xBF \xEF\xBB\xBF"
                              "b\n"),
            (Texts{"b"}))
      << "marks that an editor left";
  EXPECT_THROW(static_cast<void>(classes_from_text("a\na\n")), Error);
  EXPECT_THROW(static_cast<void>(classes_from_text("a;b\n")), Error);
  EXPECT_THROW(static_cast<void>(classes_from_text("\xFF\n")), Error);
  EXPECT_THROW(static_cast<void>(classes_from_text("\n")), Error);
}

}  // namespace
}  // namespace veery
