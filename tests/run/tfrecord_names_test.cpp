#include "run/tfrecord_names.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;

UnitRecord record_of(const std::string& tfrecord, const std::string& split = "train") {
  UnitRecord record;
  record.split = split;
  record.tfrecord = tfrecord;
  record.files = {{"dataset/birds/1.0.0/x.h5", 1, "a"}, {"tfds/birds/1.0.0/" + tfrecord, 2, "b"}};
  return record;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path} << text;
}

std::map<std::string, std::string> files_in(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator{folder}) {
    std::ifstream file{entry.path()};
    files[entry.path().filename().string()] = {std::istreambuf_iterator<char>{file}, {}};
  }
  return files;
}

TEST(TfrecordNames, FollowTheCountsOfAFinishedRun) {
  std::vector<UnitRecord> records{
      record_of("birds-train.tfrecord-00000-of-00002"), record_of("birds-train.tfrecord-00001-of-00002"),
      record_of("birds-test.tfrecord-00000-of-00001", "test"), record_of("birds-train.tfrecord-00002-of-00003")};

  const ShardCounts counts = shard_counts(records);
  for (UnitRecord& record : records) rename_by_counts(record, counts);

  EXPECT_EQ(records[0].tfrecord, "birds-train.tfrecord-00000-of-00003");
  EXPECT_EQ(records[0].files[0].path, "dataset/birds/1.0.0/x.h5");
  EXPECT_EQ(records[0].files[1].path, "tfds/birds/1.0.0/birds-train.tfrecord-00000-of-00003");
  EXPECT_EQ(records[0].files[1].sha256, "b");
  EXPECT_EQ(records[2].tfrecord, "birds-test.tfrecord-00000-of-00001");
}

TEST(TfrecordNames, ARecordWithoutTfrecordsStays) {
  UnitRecord record;
  record.split = "train";
  record.shard = "birds-train-00000-of-00001.h5";
  rename_by_counts(record, {{"train", 7}});
  rename_by_present(record, {});
  EXPECT_TRUE(record.tfrecord.empty());
  EXPECT_EQ(record.shard, "birds-train-00000-of-00001.h5");
}

TEST(TfrecordNames, OfSeveralFilesTheLargestCountIsMeant) {
  const TemporaryFolder folder;
  for (const char* count : {"00002", "00010", "00003"})
    write(folder / ("birds-train.tfrecord-00001-of-" + std::string{count}), count);
  write(folder / "dataset_info.json", "{}");
  UnitRecord record = record_of("birds-train.tfrecord-00001-of-00002");
  rename_by_present(record, present_tfrecords(folder.path()));
  EXPECT_EQ(record.tfrecord, "birds-train.tfrecord-00001-of-00010");
  UnitRecord missing = record_of("birds-train.tfrecord-00000-of-00002");
  rename_by_present(missing, present_tfrecords(folder.path()));
  EXPECT_EQ(missing.tfrecord, "birds-train.tfrecord-00000-of-00002");
  EXPECT_TRUE(present_tfrecords(folder / "nowhere").empty());
}

TEST(TfrecordNames, SettlingRenamesAndKeepsTheLater) {
  const TemporaryFolder folder;
  write(folder / "birds-train.tfrecord-00000-of-00002", "old");
  write(folder / "birds-train.tfrecord-00001-of-00002", "old");
  write(folder / "birds-train.tfrecord-00001-of-00003", "done anew");
  write(folder / "birds-train.tfrecord-00002-of-00003", "new");
  write(folder / "birds-other.tfrecord-00000-of-00009", "of somebody else");
  std::vector<UnitRecord> records;
  for (const char* number : {"00000", "00001", "00002"})
    records.push_back(record_of("birds-train.tfrecord-" + std::string{number} + "-of-00003"));
  const std::map<std::string, std::string> expected{{"birds-train.tfrecord-00000-of-00003", "old"},
                                                    {"birds-train.tfrecord-00001-of-00003", "done anew"},
                                                    {"birds-train.tfrecord-00002-of-00003", "new"},
                                                    {"birds-other.tfrecord-00000-of-00009", "of somebody else"}};

  settle_tfrecords(folder.path(), records);
  EXPECT_EQ(files_in(folder.path()), expected);

  settle_tfrecords(folder.path(), records);
  EXPECT_EQ(files_in(folder.path()), expected);
}

}  // namespace
}  // namespace veery
