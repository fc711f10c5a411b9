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

}  // namespace
}  // namespace veery
