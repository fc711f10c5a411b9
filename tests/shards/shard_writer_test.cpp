#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/shard_writer.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

using test::SmallDataset;
using test::TemporaryFolder;

void expect_same(const Example& left, const Example& right) {
  EXPECT_EQ(left.recording_id, right.recording_id);
  EXPECT_EQ(left.segment_id, right.segment_id);
  EXPECT_EQ(left.segment_start, right.segment_start);
  EXPECT_EQ(left.segment_end, right.segment_end);
  EXPECT_EQ(left.filename, right.filename);
  EXPECT_EQ(left.label, right.label);
  EXPECT_EQ(left.source_start_sample, right.source_start_sample);
  EXPECT_EQ(left.source_end_sample, right.source_end_sample);
  EXPECT_EQ(left.source_sample_rate_hz, right.source_sample_rate_hz);
  EXPECT_EQ(left.padded_samples, right.padded_samples);
  EXPECT_EQ(left.peak_sample, right.peak_sample);
  EXPECT_TRUE(left.peak_energy == right.peak_energy || (std::isnan(left.peak_energy) && std::isnan(right.peak_energy)));
  EXPECT_EQ(left.start_time, right.start_time);
  EXPECT_EQ(left.site, right.site);
  EXPECT_EQ(left.peak_source, right.peak_source);
  EXPECT_EQ(left.stem_gain, right.stem_gain);
}

/// Writes, reads back, and compares everything with what was given.
void expect_round_trip(const SmallDataset& dataset) {
  const TemporaryFolder folder;
  const ShardSummary summary = dataset.write(folder.path());
  const ShardReader reader{folder.path() / summary.file_name};
  EXPECT_EQ(reader.schema(), dataset.schema());
  ASSERT_EQ(reader.rows(), std::ssize(dataset.examples));
  EXPECT_EQ(summary.rows, reader.rows());
  EXPECT_EQ(summary.audio_bytes, reader.rows() * static_cast<std::int64_t>(row_bytes(dataset.schema())));
  EXPECT_EQ(reader.row_hashes(), summary.row_hashes);
  const std::vector<Example> examples = reader.examples();
  std::vector<std::byte> audio(mixture_bytes(dataset.schema()));
  std::vector<std::byte> stems(stems_bytes(dataset.schema()));
  for (std::size_t row = 0; row < examples.size(); ++row) {
    expect_same(examples[row], dataset.examples[summary.order[row]]);
    reader.read_audio(static_cast<std::int64_t>(row), audio);
    EXPECT_EQ(audio, dataset.audio(summary.order[row]));
    if (dataset.schema().stems > 0) {
      reader.read_stems(static_cast<std::int64_t>(row), stems);
      EXPECT_EQ(stems, dataset.stems(summary.order[row]));
    }
    EXPECT_EQ(xxh3_64(dataset.row(summary.order[row])), summary.row_hashes[row]);
  }
  EXPECT_EQ(reader.verify(), std::vector<std::string>{});
}

TEST(ShardWriter, WhatIsWrittenIsReadBack) {
  for (const int rows : {0, 1, 2, 17, 3000}) {
    SCOPED_TRACE(rows);
    expect_round_trip(SmallDataset{rows});
  }
}

TEST(ShardWriter, KeepsStems) {
  for (const AudioType type : {AudioType::int16, AudioType::float32}) {
    for (const std::int64_t stems : {1, 4}) {
      ExampleSchema schema = test::schema_with_stems(stems, type);
      expect_round_trip(SmallDataset{0, schema});
      expect_round_trip(SmallDataset{17, schema});
      schema.compress = true;
      expect_round_trip(SmallDataset{17, schema});
    }
  }
}

TEST(ShardWriter, KeepsFloatsAndCompresses) {
  ExampleSchema schema = test::small_schema();
  schema.audio_type = AudioType::float32;
  expect_round_trip(SmallDataset{9, schema});
  schema.compress = true;
  expect_round_trip(SmallDataset{9, schema});
  schema.audio_type = AudioType::int16;
  expect_round_trip(SmallDataset{9, schema});
  const TemporaryFolder plain;
  const TemporaryFolder packed;
  const std::string name = SmallDataset{9}.write(plain.path()).file_name;
  EXPECT_EQ(SmallDataset(9, schema).write(packed.path()).file_name, name);
  EXPECT_LT(std::filesystem::file_size(packed.path() / name), std::filesystem::file_size(plain.path() / name));
}

TEST(ShardWriter, RowsAreInTfdssOrder) {
  SmallDataset dataset{5};
  for (std::size_t i = 0; i < 5; ++i) dataset.examples[i].filename = "0000" + std::to_string(i);
  const TemporaryFolder folder;
  EXPECT_EQ(dataset.write(folder.path()).order, (std::vector<std::size_t>{2, 0, 3, 1, 4}));
}

TEST(ShardWriter, SaysWhereItComesFrom) {
  const TemporaryFolder folder;
  const ShardSummary summary = SmallDataset{2}.write(folder.path(), 3, 7);
  EXPECT_EQ(summary.file_name, "birds-train-00003-of-00007.h5");
  const hdf5::File file = hdf5::File::open(folder.path() / summary.file_name);
  const hdf5::Group& root = file.root();
  EXPECT_EQ(root.text("kind"), "veery.shard");
  EXPECT_EQ(root.integer("format_version"), 1);
  EXPECT_EQ(root.text("dataset"), "birds");
  EXPECT_EQ(root.text("version"), "1.0.0");
  EXPECT_EQ(root.text("split"), "train");
  EXPECT_EQ(root.integer("shard_index"), 3);
  EXPECT_EQ(root.integer("shard_count"), 7);
  EXPECT_EQ(root.integer("sample_rate_hz"), 32000);
  EXPECT_EQ(root.text("fingerprint"), "f00d");
  EXPECT_EQ(root.text("options"), R"({"interval":"6s"})");
  EXPECT_TRUE(root.has_attribute("program_version"));
  EXPECT_TRUE(root.has_attribute("commit"));
}

TEST(ShardWriter, EveryDatasetHasAxesUnitsAndADescription) {
  const TemporaryFolder folder;
  const hdf5::File file = hdf5::File::open(folder.path() / SmallDataset{2}.write(folder.path()).file_name);
  int columns = 0;
  for (const std::string& name : file.root().names()) {
    if (name == "example" || name == "sample") continue;
    const hdf5::Dataset dataset = file.root().open_dataset(name);
    EXPECT_EQ(dataset.axis_label(0), "example") << name;
    EXPECT_FALSE(dataset.text("units").empty()) << name;
    EXPECT_FALSE(dataset.text("description").empty()) << name;
    EXPECT_EQ(dataset.shape()[0], 2) << name;
    ++columns;
  }
  EXPECT_EQ(columns, 16);
  EXPECT_EQ(file.root().open_dataset("audio").axis_label(1), "sample");
}

TEST(ShardWriter, TheSameExamplesGiveTheSameBytes) {
  for (const bool compress : {false, true}) {
    ExampleSchema schema = compress ? test::schema_with_stems() : test::small_schema();
    schema.compress = compress;
    SmallDataset dataset{300, schema};
    const TemporaryFolder first;
    const TemporaryFolder second;
    const std::string name = dataset.write(first.path()).file_name;
    std::this_thread::sleep_for(std::chrono::milliseconds{1100});
    std::reverse(dataset.examples.begin(), dataset.examples.end());
    EXPECT_EQ(dataset.write(second.path()).file_name, name);
    EXPECT_EQ(digest_file(first.path() / name).sha256, digest_file(second.path() / name).sha256);
  }
}

TEST(ShardWriter, RefusesWhatDoesNotFitAndLeavesNothing) {
  const auto expect_refused = [](const SmallDataset& dataset) {
    const TemporaryFolder folder;
    EXPECT_THROW((void)dataset.write(folder.path()), Error);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  };
  SmallDataset long_name{3};
  long_name.examples[1].filename = std::string(41, 'x');
  expect_refused(long_name);
  SmallDataset long_time{3};
  long_time.examples[1].start_time = std::string(33, '0');
  expect_refused(long_time);
  SmallDataset twice{3};
  twice.examples[1] = twice.examples[0];
  expect_refused(twice);
  SmallDataset no_audio{3};
  no_audio.examples[1].spool_row = 3;
  expect_refused(no_audio);
}

TEST(ShardWriter, TheErrorOfALongNameSaysWhichAndHowLong) {
  SmallDataset dataset{3};
  dataset.examples[1].filename = std::string(41, 'x');
  const TemporaryFolder folder;
  try {
    (void)dataset.write(folder.path());
    FAIL() << "no Error";
  } catch (const Error& error) {
    const std::string what = error.what();
    for (const std::string& part : {std::string{"/filename"}, std::string(41, 'x'), std::string{"at most 40"}}) {
      EXPECT_NE(what.find(part), std::string::npos) << what;
    }
  }
}

}  // namespace
}  // namespace veery
