#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/shards/repartition.hpp>
#include <veery/shards/shard_reader.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

using test::SmallDataset;

TEST(ShardEnds, AreTfds) {
  EXPECT_EQ(shard_ends(10, 4), (std::vector<std::int64_t>{2, 5, 8, 10}));
}

TEST(ShardEnds, LeaveLengthsThatDifferByAtMostOne) {
  for (std::int64_t rows = 1; rows <= 120; ++rows) {
    for (std::int64_t shards = 1; shards <= rows; ++shards) {
      const std::vector<std::int64_t> ends = shard_ends(rows, shards);
      std::set<std::int64_t> lengths;
      std::int64_t last = 0;
      for (const std::int64_t end : ends) {
        lengths.insert(end - last);
        last = end;
      }
      ASSERT_EQ(ends.back(), rows);
      ASSERT_GE(*lengths.begin(), 1);
      ASSERT_LE(*lengths.rbegin() - *lengths.begin(), 1) << rows << " rows in " << shards;
    }
  }
}

TEST(ShardEnds, RoundHalvesToEven) {
  for (std::int64_t rows = 1; rows <= 64; ++rows) {
    for (std::int64_t shards = 1; shards <= 64; ++shards) {
      const std::vector<std::int64_t> ends = shard_ends(rows, shards);
      for (std::int64_t i = 0; i < shards; ++i) {
        const double exact = static_cast<double>(rows * (i + 1)) / static_cast<double>(shards);
        ASSERT_EQ(ends[static_cast<std::size_t>(i)], std::llrint(std::nearbyint(exact)));
      }
    }
  }
}

std::vector<Md5> some_hashes(int from, int step, int count) {
  std::vector<Md5> hashes;
  for (int i = 0; i < count; ++i) {
    Md5 hash{};
    hash[15] = static_cast<std::uint8_t>(from + i * step);
    hashes.push_back(hash);
  }
  return hashes;
}

TEST(CutShards, GivesEachNewShardItsRangeOfTheOrder) {
  const std::vector<std::vector<Md5>> hashes{some_hashes(0, 2, 4), some_hashes(1, 2, 2), {}};  // 0 2 4 6 and 1 3

  const auto cuts = cut_shards(hashes, shard_ends(6, 3));

  EXPECT_EQ(cuts, (std::vector<std::vector<std::int64_t>>{{0, 1, 2, 4}, {0, 1, 2, 2}, {0, 0, 0, 0}}));
}

TEST(CutShards, LeavesOutWhatIsBehindTheLastEnd) {
  const std::vector<std::vector<Md5>> hashes{some_hashes(0, 1, 7)};

  EXPECT_EQ(cut_shards(hashes, shard_ends(6, 2)), (std::vector<std::vector<std::int64_t>>{{0, 3, 6}}));
}

TEST(CutShards, NamesARowThatIsThereTwice) {
  const std::vector<std::vector<Md5>> hashes{some_hashes(0, 1, 3), some_hashes(2, 1, 3)};

  try {
    static_cast<void>(cut_shards(hashes, shard_ends(6, 2)));
    FAIL();
  } catch (const Error& problem) {
    EXPECT_NE(std::string{problem.what()}.find("shard 0, row 2 and shard 1, row 0"), std::string::npos)
        << problem.what();
  }
}

TEST(JoinedSchemas, AreAsWideAsTheWidest) {
  ExampleSchema left = test::small_schema();
  ExampleSchema right = left;
  left.filename_bytes = 60;
  right.site_bytes = 30;

  const ExampleSchema both = joined(left, right);

  EXPECT_EQ(both.filename_bytes, 60U);
  EXPECT_EQ(both.site_bytes, 30U);
  right.sample_rate_hz = 16000;
  EXPECT_THROW(static_cast<void>(joined(left, right)), Error);
}

TEST(JoinedProvenance, ListsProgramsAndRefusesOtherOptions) {
  const Provenance first{{"options", "{}"}, {"origin_commit", "b"}};
  const Provenance second{{"options", "{}"}, {"origin_commit", "a"}};

  const Provenance both = joined(first, second);

  EXPECT_EQ(both.at("origin_commit"), "a\nb");
  EXPECT_EQ(joined(both, second), both);
  EXPECT_THROW(static_cast<void>(joined(first, {{"options", "{1}"}})), Error);
}

TEST(GatheredRows, KeepsEveryFieldAndSample) {
  const SmallDataset data{11, test::schema_with_stems()};
  static_cast<void>(data.write(data.folder()));
  const auto old = data.folder() / "birds-train-00000-of-00001.h5";
  const SplitPlace split{"birds", "1.0.0", "train"};
  const ShardContent content = inspect_shard(old, split, 11);
  const std::vector<std::vector<Md5>> hashes(1, content.hashes);
  const auto cuts = cut_shards(hashes, shard_ends(11, 3));
  const auto made = data.folder() / "made";
  std::filesystem::create_directory(made);

  for (int i = 0; i < 3; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const std::vector<ShardPart> parts{{old, cuts[0][at], cuts[0][at + 1]}};
    const GatheredRows rows{made, content.schema, parts};
    EXPECT_EQ(rows.size(), cuts[0][at + 1] - cuts[0][at]);
    rows.write(OutputFolder{made}, {"birds", "1.0.0", "train", i, 3}, content.provenance);
  }

  const ShardReader before{old};
  std::int64_t row = 0;
  std::vector<std::byte> expected(row_bytes(content.schema));
  std::vector<std::byte> found(expected.size());
  for (int i = 0; i < 3; ++i) {
    const ShardReader after{made / shard_file_name({"birds", "1.0.0", "train", i, 3})};
    EXPECT_EQ(after.verify(), std::vector<std::string>{});
    EXPECT_EQ(after.attribute("options"), before.attribute("options"));
    EXPECT_EQ(after.attribute("origin_commit"), before.attribute("commit"));
    for (std::int64_t r = 0; r < after.rows(); ++r, ++row) {
      EXPECT_EQ(example_key(after.examples()[static_cast<std::size_t>(r)], after.schema()),
                example_key(before.examples()[static_cast<std::size_t>(row)], before.schema()));
      EXPECT_EQ(after.row_hashes()[static_cast<std::size_t>(r)], before.row_hashes()[static_cast<std::size_t>(row)]);
      before.read_stems(row, std::span{expected}.first(stems_bytes(content.schema)));
      after.read_stems(r, std::span{found}.first(stems_bytes(content.schema)));
      EXPECT_EQ(found, expected);
    }
  }
  EXPECT_EQ(row, 11);
}

TEST(InspectShard, RefusesAnotherSplitAndOtherLengths) {
  const SmallDataset data{4};
  static_cast<void>(data.write(data.folder()));
  const auto path = data.folder() / "birds-train-00000-of-00001.h5";

  EXPECT_THROW(static_cast<void>(inspect_shard(path, {"birds", "1.0.0", "test"}, 4)), Error);
  EXPECT_THROW(static_cast<void>(inspect_shard(path, {"birds", "1.0.0", "train"}, 5)), Error);
}

}  // namespace
}  // namespace veery
