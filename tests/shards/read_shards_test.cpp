// A Python reader that shares no code with veery finds in the files what was written.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/staged_file.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::SmallDataset;
using test::TemporaryFolder;

const char* python() {
  return std::getenv("VEERY_TEST_PYTHON");
}

int exit_code_of(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool python_has_h5py() {
  return python() != nullptr && exit_code_of(std::string{python()} + " -c 'import h5py, numpy' 2>/dev/null") == 0;
}

int read_shards(const fs::path& output) {
  return exit_code_of(std::string{python()} + " " + VEERY_TEST_SOURCE_DIR + "/read_shards.py " + output.string());
}

std::vector<std::string> slice_cells(const Example& example, const std::string& split, int shard, std::size_t row,
                                     std::uint64_t hash) {
  const bool has_peak = !std::isnan(example.peak_energy);
  return {example.filename,
          std::to_string(example.segment_id),
          std::to_string(example.segment_start),
          std::to_string(example.segment_end),
          hex64(example.recording_id),
          has_peak ? std::to_string(example.peak_sample) : "",
          has_peak ? decimal(example.peak_energy) : "",
          example.start_time,
          example.site,
          std::to_string(example.peak_source),
          decimal(example.stem_gain),
          split,
          std::to_string(shard),
          std::to_string(row),
          hex64(hash)};
}

/// A finished run's files: two shards of `train`, and a `test` split without rows.
void write_output(const fs::path& output, const ExampleSchema& schema, std::uint64_t hash_error = 0) {
  std::string slices =
      csv_row({"filename", "segment_id", "segment_start", "segment_end", "recording_id", "peak_sample", "peak_energy",
               "start_time", "site", "peak_source", "stem_gain", "split", "shard", "row", "row_xxh3"});
  const fs::path folder = output / dataset_folder("birds", "1.0.0");
  std::vector<ShardRows> shards;
  for (int shard = 0; shard < 2; ++shard) {
    const SmallDataset dataset{5 + shard, schema, shard * 10};
    const ShardSummary summary = dataset.write(folder, shard, 2);
    shards.push_back({summary.file_name, summary.rows});
    for (std::size_t row = 0; row < summary.order.size(); ++row) {
      slices += csv_row(
          slice_cells(dataset.examples[summary.order[row]], "train", shard, row, summary.row_hashes[row] ^ hash_error));
    }
  }
  const SmallDataset none{0, schema};
  (void)write_shard(folder, {"birds", "1.0.0", "test", 0, 1}, none.schema(), {}, none.examples, none.spool());
  (void)write_split_index(folder, {"birds", "1.0.0", "train"}, none.schema(), {}, shards);
  (void)write_split_index(folder, {"birds", "1.0.0", "test"}, none.schema(), {}, {});
  publish_text(output / "slices.csv", slices);
}

TEST(ReadShards, PythonFindsWhatWasWritten) {
  if (!python_has_h5py()) GTEST_SKIP() << "VEERY_TEST_PYTHON has no h5py";
  for (const ExampleSchema& schema : {test::small_schema(), test::schema_with_stems()}) {
    const TemporaryFolder output;
    write_output(output.path(), schema);
    EXPECT_EQ(read_shards(output.path()), 0);
  }
}

TEST(ReadShards, PythonNoticesDifferences) {
  if (!python_has_h5py()) GTEST_SKIP() << "VEERY_TEST_PYTHON has no h5py";
  const TemporaryFolder wrong_hash;
  write_output(wrong_hash.path(), test::small_schema(), 1);
  EXPECT_EQ(read_shards(wrong_hash.path()), 1);
  const TemporaryFolder lost_shard;
  write_output(lost_shard.path(), test::schema_with_stems());
  fs::remove(lost_shard.path() / dataset_folder("birds", "1.0.0") / "birds-train-00001-of-00002.h5");
  EXPECT_EQ(read_shards(lost_shard.path()), 1);
}

}  // namespace
}  // namespace veery
