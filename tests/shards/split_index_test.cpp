#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/split_index.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

using test::SmallDataset;
using test::TemporaryFolder;

const SplitPlace kTrain{"birds", "1.0.0", "train"};

/// Shards with 4, 0 and 3 rows.
std::vector<ShardRows> write_three(const std::filesystem::path& folder,
                                   const ExampleSchema& schema = test::small_schema()) {
  std::vector<ShardRows> shards;
  for (const int rows : {4, 0, 3}) {
    const auto number = static_cast<int>(shards.size());
    const SmallDataset dataset{rows, schema, number * 10};
    const ShardSummary summary = dataset.write(folder, number, 3);
    shards.push_back({summary.file_name, summary.rows});
  }
  return shards;
}

/// What a reader sees, as values: HDF5 1.10 gives zeros for a shard that the process has open beside the index.
struct Seen {
  std::vector<std::string> keys;
  std::vector<std::string> start_times;
  std::vector<std::uint64_t> recording_ids;
  std::vector<std::uint64_t> row_hashes;
  std::vector<std::int32_t> peak_sources;
  std::vector<std::vector<std::byte>> audio;  ///< whole rows, with stems where there are some

  friend bool operator==(const Seen&, const Seen&) = default;
};

void see(const std::filesystem::path& path, Seen& seen) {
  const ShardReader reader{path};
  std::int64_t row = 0;
  for (const Example& example : reader.examples()) {
    seen.keys.push_back(example_key(example, {}));
    seen.start_times.push_back(example.start_time);
    seen.recording_ids.push_back(example.recording_id);
    seen.peak_sources.push_back(example.peak_source);
    seen.audio.emplace_back(row_bytes(reader.schema()));
    const std::span whole{seen.audio.back()};
    reader.read_audio(row, whole.first(mixture_bytes(reader.schema())));
    if (reader.schema().stems > 0) reader.read_stems(row, whole.last(stems_bytes(reader.schema())));
    ++row;
    seen.row_hashes.push_back(xxh3_64(seen.audio.back()));
  }
  EXPECT_EQ(reader.row_hashes(),
            std::vector<std::uint64_t>(seen.row_hashes.end() - reader.rows(), seen.row_hashes.end()));
}

TEST(SplitIndex, ShowsTheRowsOfAllShards) {
  const TemporaryFolder folder;
  const std::vector<ShardRows> shards = write_three(folder.path());
  const std::string name =
      write_split_index(folder.path(), kTrain, test::small_schema(), test::small_provenance(), shards);
  EXPECT_EQ(name, "birds-train.h5");
  const ShardReader index{folder.path() / name};
  EXPECT_EQ(index.attribute("kind"), "veery.split_index");
  EXPECT_EQ(index.schema(), test::small_schema());
  ASSERT_EQ(index.rows(), 7);
  EXPECT_EQ(index.verify(), std::vector<std::string>{});
}

TEST(SplitIndex, ValuesEqualTheShards) {
  for (const ExampleSchema& schema : {test::small_schema(), test::schema_with_stems()}) {
    const TemporaryFolder folder;
    const std::vector<ShardRows> shards = write_three(folder.path(), schema);
    const std::string name = write_split_index(folder.path(), kTrain, schema, {}, shards);
    Seen joined;
    see(folder.path() / name, joined);
    Seen single;
    for (const ShardRows& shard : shards) see(folder.path() / shard.file_name, single);
    EXPECT_EQ(joined, single);
    EXPECT_EQ(ShardReader{folder.path() / name}.schema(), schema);
  }
}

TEST(SplitIndex, StaysValidWhenTheFolderMoves) {
  const TemporaryFolder folder;
  const std::filesystem::path here = folder.path() / "here";
  const std::filesystem::path there = folder.path() / "there";
  const std::vector<ShardRows> shards = write_three(here);
  const std::string name = write_split_index(here, kTrain, test::small_schema(), {}, shards);
  std::filesystem::rename(here, there);
  EXPECT_EQ(ShardReader{there / name}.verify(), std::vector<std::string>{});
}

TEST(SplitIndex, AMissingShardIsFound) {
  const TemporaryFolder folder;
  const std::vector<ShardRows> shards = write_three(folder.path());
  const std::string name = write_split_index(folder.path(), kTrain, test::small_schema(), {}, shards);
  std::filesystem::remove(folder.path() / shards[2].file_name);
  EXPECT_EQ(ShardReader{folder.path() / name}.verify().size(), 3U);
}

TEST(SplitIndex, OfASplitWithStemsWithoutRowsIsValid) {
  const TemporaryFolder folder;
  const ExampleSchema schema = test::schema_with_stems(4);
  const ShardSummary empty = SmallDataset{0, schema}.write(folder.path());
  const std::string name = write_split_index(folder.path(), kTrain, schema, {}, {{{empty.file_name, 0}}});
  const ShardReader index{folder.path() / name};
  EXPECT_EQ(index.rows(), 0);
  EXPECT_EQ(index.schema(), schema);
  EXPECT_TRUE(index.verify().empty());
}

TEST(SplitIndex, OfASplitWithoutRowsIsValid) {
  const TemporaryFolder folder;
  const ShardSummary empty = SmallDataset{0}.write(folder.path());
  for (const auto& shards : {std::vector<ShardRows>{{empty.file_name, 0}}, std::vector<ShardRows>{}}) {
    const std::string name = write_split_index(folder.path(), kTrain, test::small_schema(), {}, shards);
    const ShardReader index{folder.path() / name};
    EXPECT_EQ(index.rows(), 0);
    EXPECT_EQ(index.schema().samples_per_row, 1000);
    EXPECT_TRUE(index.verify().empty());
  }
}

TEST(SplitIndex, TheSameShardsGiveTheSameBytes) {
  const TemporaryFolder folder;
  const std::vector<ShardRows> shards = write_three(folder.path());
  const auto write = [&] {
    const std::string name = write_split_index(folder.path(), kTrain, test::small_schema(), {}, shards);
    return digest_file(folder.path() / name).sha256;
  };
  EXPECT_EQ(write(), write());
}

}  // namespace
}  // namespace veery
