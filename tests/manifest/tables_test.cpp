#include <gtest/gtest.h>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/manifest/manifest.hpp>

#include "some_record.hpp"

namespace veery {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string cell(const Rows& rows, std::size_t row, const std::string& column) {
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    if (rows[0][i] == column) return rows[row].at(i);
  }
  return "no such column";
}

TEST(Tables, SlicesAreSortedByRecordingAndSegment) {
  const Rows rows = parse_csv(slices_csv({test::some_record(0, "b.wav"), test::some_record(1, "a.wav")}));
  ASSERT_EQ(rows.size(), 5U);
  for (std::size_t row = 1; row < 5; ++row) {
    EXPECT_EQ(cell(rows, row, "filename"), row < 3 ? "a.wav" : "b.wav");
    EXPECT_EQ(cell(rows, row, "segment_id"), std::to_string((row - 1) % 2));
  }
  EXPECT_EQ(cell(rows, 1, "peak_energy"), "0.1");
  EXPECT_EQ(cell(rows, 2, "peak_sample"), "");
  EXPECT_EQ(cell(rows, 1, "row_xxh3"), "0000000000000abc");
}

TEST(Tables, SlicesWithoutAShardNameNone) {
  UnitRecord record = test::some_record();
  for (SliceRow& slice : record.slices) slice.row = -1;
  const Rows rows = parse_csv(slices_csv({record}));
  EXPECT_EQ(cell(rows, 1, "shard"), "");
  EXPECT_EQ(cell(rows, 1, "row"), "");
}

TEST(Tables, SlicesNameTheTfrecordWhereThereIsNoHdf5) {
  UnitRecord record = test::some_record();
  record.tfrecord = "birds-train.tfrecord-00000-of-00001";
  EXPECT_NE(slices_csv({record}).find(",birds-train-00000-of-00001.h5,"), std::string::npos);
  record.shard.clear();
  EXPECT_NE(slices_csv({record}).find(",birds-train.tfrecord-00000-of-00001,"), std::string::npos);
}

TEST(Tables, TheQuarantineNamesFilesAndRanges) {
  ArchiveIndex index;
  index.refused.push_back({"z.wav", {Reason::no_audio, "text"}});
  const Rows rows = parse_csv(quarantine_csv(index, {test::some_record(0, "a.wav")}));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1], (std::vector<std::string>{"a.wav", "400", "450", "0.500", "not_finite", "NaN or infinity"}));
  EXPECT_EQ(rows[2], (std::vector<std::string>{"a.wav", "900", "1000", "1.000", "truncated", "cut"}));
  EXPECT_EQ(rows[3], (std::vector<std::string>{"z.wav", "", "", "", "no_audio", "text"}));
}

TEST(Tables, AStemIsARow) {
  UnitRecord first = test::some_record(0, "b.wav");
  const auto rows = parse_csv(stems_csv({first, test::some_record(1, "a.wav")}));
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[1][0], "a.wav");
  EXPECT_EQ(rows[5],
            (std::vector<std::string>{"b.wav", "1", "stems/a_source1.flac", "22050", "198450", "0.5", "-20.50", "1.5",
                                      "0", "-120.2", "1e-06", "no", "3", "0.250", "stems/a_seams.csv"}));
  EXPECT_EQ(rows[6][6], "") << "silence has no level";
  first.stems.clear();
  EXPECT_EQ(parse_csv(stems_csv({first})).size(), 1U);
}

TEST(Tables, TheIndexCanBeReadBackForChecking) {
  ArchiveIndex index;
  Recording& recording = index.recordings.emplace_back();
  recording.path = "line\nbreak.wav";
  recording.audio.sample_rate_hz = 32'000;
  index.refused.push_back({"bad, wav", {Reason::empty, "0 bytes"}});
  WorkPlan plan;
  plan.units.emplace_back().split = "train";
  plan.unit_of = {0};
  const std::vector<UnitRecord> records{test::some_record(0, "line\nbreak.wav")};

  const ArchiveIndex read = index_from_tables(index_csv(index, plan), quarantine_csv(index, records));

  ASSERT_EQ(read.recordings.size(), 1U);
  EXPECT_EQ(read.recordings[0].path, "line\nbreak.wav");
  EXPECT_EQ(quarantine_csv(read, records), quarantine_csv(index, records));
}

TEST(Tables, NamesFromOutsideAreDefusedAndComeBack) {
  const std::string name = "=HYPERLINK(\"x\")\x1b[2J.wav";
  ArchiveIndex index;
  index.recordings.emplace_back().path = name;
  index.recordings[0].site = "@site";
  index.recordings[0].audio.sample_rate_hz = 32'000;
  index.refused.push_back({"-not\xff.wav", {Reason::not_utf8, "+detail"}});
  WorkPlan plan;
  plan.units.emplace_back().split = "train";
  plan.unit_of = {0};
  const std::vector<UnitRecord> records{test::some_record(0, name)};

  for (const std::string& table :
       {index_csv(index, plan), quarantine_csv(index, records), slices_csv(records), stems_csv(records)}) {
    for (const auto& row : parse_csv(table)) {
      for (const std::string& text : row) {
        EXPECT_EQ(text.find_first_of("\x1b\xff\n"), std::string::npos) << text;
        EXPECT_NE(text.find_first_of("=@+"), 0U) << text;
      }
    }
  }
  EXPECT_EQ(parse_csv(slices_csv(records))[1][0], text_cell(name));
  const ArchiveIndex read = index_from_tables(index_csv(index, plan), quarantine_csv(index, records));
  EXPECT_EQ(read.recordings[0].path, name);
  EXPECT_EQ(read.refused[0].path, "-not\xff.wav");
  EXPECT_EQ(read.refused[0].refusal.detail, "+detail");
}

TEST(Tables, RowsOfAnotherLengthAreAnError) {
  EXPECT_THROW((void)index_from_tables("recording_id\nabc\n", ""), Error);
  EXPECT_THROW((void)index_from_tables("", "path\n\n"), Error);
}

}  // namespace
}  // namespace veery
