#include <gtest/gtest.h>

#include <veery/base/error.hpp>
#include <veery/manifest/manifest.hpp>

#include "some_record.hpp"

namespace veery {
namespace {

ArchiveIndex index_of(const std::vector<UnitRecord>& records) {
  ArchiveIndex index;
  for (const UnitRecord& record : records) index.recordings.emplace_back().path = record.recordings[0].path;
  index.refused.push_back({"bad.wav", {Reason::empty, "0 bytes"}});
  return index;
}

TEST(Manifest, TotalsAreSums) {
  const std::vector<UnitRecord> records{test::some_record(0, "a.wav"), test::some_record(1, "b.wav")};
  const Totals totals = sum_up(index_of(records), records);
  EXPECT_EQ(totals.recordings, 2);
  EXPECT_EQ(totals.refused, 1);
  EXPECT_EQ(totals.damaged, 2);
  EXPECT_EQ(totals.claimed_frames, 2'000);
  EXPECT_EQ(totals.frames_read, 1'800);
  EXPECT_EQ(totals.frames_lost, 200) << "what was NaN has been read";
  EXPECT_EQ(totals.slices, 4);
  EXPECT_EQ(totals.slices_on_lost, 2);
  EXPECT_TRUE(totals.all_accounted_for());
}

TEST(Manifest, CountsSeparatedRecordingsAndThoseWhoseStemsMissTooMuch) {
  std::vector<UnitRecord> records{test::some_record(0, "a.wav"), test::some_record(1, "b.wav")};
  records[1].stems[0].flagged = true;
  EXPECT_EQ(sum_up({}, records).separated, 2);
  EXPECT_EQ(sum_up({}, records).flagged, 1);
}

TEST(Manifest, WhatGaveNanWasRead) {
  UnitRecord record = test::some_record();
  record.lost.push_back({record.recordings[0].path, 0, 900, {Reason::not_separated, "NaN"}});
  EXPECT_TRUE(sum_up({}, {record}).all_accounted_for());
}

TEST(Manifest, AFrameThatNobodyNamesIsNoticed) {
  UnitRecord record = test::some_record();
  record.lost.pop_back();
  EXPECT_FALSE(sum_up({}, {record}).all_accounted_for());
}

TEST(Manifest, ComesBackAsItWasWritten) {
  const std::vector<UnitRecord> records{test::some_record()};
  const Totals totals = sum_up(index_of(records), records);
  const ManifestContent content = read_manifest(manifest_json(totals, records, {describe_text("slices.csv", "abc")}));
  EXPECT_EQ(content.totals, totals_json(totals, 1));
  ASSERT_EQ(content.files.size(), 2U);
  EXPECT_EQ(content.files[0].path, records[0].files[0].path);
  EXPECT_EQ(content.files[1].bytes, 3);
  EXPECT_EQ(content.files[1].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Manifest, FilesAreInOneOrder) {
  const std::vector<UnitRecord> records{test::some_record()};
  const PublishedFile first = describe_text("a", "1");
  const PublishedFile second = describe_text("z", "2");
  EXPECT_EQ(manifest_json({}, records, {first, second}), manifest_json({}, records, {second, first}));
}

TEST(Manifest, NamesNothingOutsideItsFolder) {
  for (const char* path : {"/etc/passwd", "../x", "a/../../x", "..", ""}) {
    const std::string text = manifest_json({}, {}, {PublishedFile{path, 1, "abc"}});
    EXPECT_THROW((void)read_manifest(text), Error) << path;
  }
  EXPECT_THROW((void)read_manifest(manifest_json({}, {}, {PublishedFile{"a", -1, "abc"}})), Error);
  EXPECT_NO_THROW((void)read_manifest(manifest_json({}, {}, {PublishedFile{"..a/b..", 1, "abc"}})));
}

TEST(Manifest, DamagedTextsAreErrors) {
  const std::string text = manifest_json({}, {}, {describe_text("a", "1")});
  EXPECT_THROW((void)read_manifest(text.substr(0, text.size() / 2)), Error);
  EXPECT_THROW((void)read_manifest("{}"), Error);
  EXPECT_THROW((void)read_manifest(""), Error);
  const std::string depth(200'000, '[');
  EXPECT_THROW((void)read_manifest("{\"totals\":" + depth + std::string(200'000, ']') + "}"), Error);
}

}  // namespace
}  // namespace veery
