#include <gtest/gtest.h>

#include <string>

#include <veery/base/error.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

TEST(ShardPlace, NamesAreTfdssWithFiveDigitsOrMore) {
  EXPECT_EQ(shard_file_name({"birds", "1.0.0", "train", 3, 128}), "birds-train-00003-of-00128.h5");
  EXPECT_EQ(shard_file_name({"birds", "1.0.0", "train", 0, 1}), "birds-train-00000-of-00001.h5");
  EXPECT_EQ(shard_file_name({"birds", "1.0.0", "test", 123456, 200000}), "birds-test-123456-of-200000.h5");
  EXPECT_EQ(split_index_file_name({"birds", "1.0.0", "train"}), "birds-train.h5");
  EXPECT_EQ(dataset_folder("birds", "1.0.0"), "dataset/birds/1.0.0");
}

TEST(ShardPlace, RefusesNamesThatLeaveTheFolder) {
  for (const std::string name : {"", "..", "../x", "a/b", "-x", ".x", "a b", "a\nb", "vögel"}) {
    EXPECT_THROW((void)shard_file_name({name, "1.0.0", "train", 0, 1}), UsageError) << name;
    EXPECT_THROW((void)shard_file_name({"birds", "1.0.0", name, 0, 1}), UsageError) << name;
    EXPECT_THROW((void)dataset_folder(name, "1.0.0"), UsageError) << name;
    EXPECT_THROW((void)dataset_folder("birds", name), UsageError) << name;
  }
}

TEST(ShardPlace, RefusesAnIndexBeyondTheCount) {
  EXPECT_THROW((void)shard_file_name({"birds", "1.0.0", "train", 1, 1}), UsageError);
  EXPECT_THROW((void)shard_file_name({"birds", "1.0.0", "train", -1, 1}), UsageError);
}

TEST(ShardPlace, TfrecordsAreNamedAsTfdsNamesThem) {
  EXPECT_EQ(tfrecord_file_name({"birds", "1.0.0", "train", 3, 128}), "birds-train.tfrecord-00003-of-00128");
  EXPECT_EQ(tfrecord_file_name({"birds", "1.0.0", "test", 123456, 200000}), "birds-test.tfrecord-123456-of-200000");
  EXPECT_EQ(tfds_folder("birds", "1.0.0"), "tfds/birds/1.0.0");
  EXPECT_THROW((void)tfds_folder("..", "1.0.0"), UsageError);
  EXPECT_THROW((void)tfrecord_file_name({"birds", "1.0.0", "train", 2, 2}), UsageError);
}

TEST(ShardPlace, ATfrecordKeepsItsNumberWhenTheSplitGrows) {
  const auto name = parse_tfrecord_name("birds-train.tfrecord-00003-of-00128");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->without_count, "birds-train.tfrecord-00003");
  EXPECT_EQ(name->count, 128);
  EXPECT_EQ(with_shard_count("birds-train.tfrecord-00003-of-00128", 140), "birds-train.tfrecord-00003-of-00140");
  for (const char* other :
       {"", "-of-", "-of-00001", "birds-train-00003-of-00128.h5", "a.tfrecord-3-of-00004", "a.tfrecord-00003-of-4",
        "a.tfrecord-00003-of-0000x", "a.tfrecord-00003-of-9999999999", ".a.tfrecord-00003-of-00004.staged"}) {
    EXPECT_FALSE(parse_tfrecord_name(other)) << other;
    EXPECT_THROW((void)with_shard_count(other, 1), Error) << other;
  }
}

TEST(ShardPlace, RefusesNamesThatTfdsCantOpen) {
  EXPECT_NO_THROW(check_tfds_names({"My_birds2", "10.0.12", "train-1"}));
  for (const char* name : {"my-birds", "birds.v2", "2birds", "_birds", ""})
    EXPECT_THROW(check_tfds_names({name, "1.0.0", "train"}), UsageError) << name;
  for (const char* version : {"1.0", "1", "1.0.0.0", "1.0.", "v1.0.0", "01.0.0", "1.0.0-beta", ".1.0.0", ""})
    EXPECT_THROW(check_tfds_names({"birds", version, "train"}), UsageError) << version;
  for (const char* split : {"all", "train.1", "__", ""})
    EXPECT_THROW(check_tfds_names({"birds", "1.0.0", split}), UsageError) << split;
}

}  // namespace
}  // namespace veery
