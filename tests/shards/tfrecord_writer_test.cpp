#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/shards/tf_example.hpp>
#include <veery/shards/tfrecord.hpp>
#include <veery/shards/tfrecord_writer.hpp>

#include "small_dataset.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using test::SmallDataset;
using test::TemporaryFolder;
using Texts = std::vector<std::string>;

constexpr const char* kName = "birds-train.tfrecord-00001-of-00003";

ShardSummary write(const SmallDataset& dataset, const fs::path& folder, const TfdsFormat& format = {}) {
  return write_tfrecord_shard(folder, {"birds", "1.0.0", "train", 1, 3}, dataset.schema(), format, dataset.examples,
                              dataset.spool());
}

std::vector<TfFeatures> read(const fs::path& path) {
  std::vector<TfFeatures> rows;
  TfrecordReader reader{path};
  for (std::string payload; reader.next(payload);) rows.push_back(parse_tf_example(payload));
  return rows;
}

template <typename Value>
Value value(const TfFeatures& row, const std::string& name) {
  const auto& list = std::get<std::vector<Value>>(row.at(name));
  EXPECT_EQ(list.size(), 1U) << name;
  return list.at(0);
}

std::string text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string inflated(const std::string& stream, std::size_t bytes) {
  std::string plain(bytes, '\0');
  uLongf size = bytes;
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(plain.data()), &size, reinterpret_cast<const Bytef*>(stream.data()),
                       stream.size()),
            Z_OK);
  EXPECT_EQ(size, bytes);
  return plain;
}

TEST(TfrecordWriter, HasTheRowsOfTheHdf5ShardInItsOrder) {
  const TemporaryFolder folder;
  const SmallDataset dataset{20};
  const ShardSummary hdf5 = dataset.write(folder.path());

  const ShardSummary summary = write(dataset, folder.path());

  EXPECT_EQ(summary.file_name, kName);
  EXPECT_EQ(summary.rows, 20);
  EXPECT_EQ(summary.order, hdf5.order);
  EXPECT_EQ(summary.row_hashes, hdf5.row_hashes);
  EXPECT_EQ(summary.audio_bytes, hdf5.audio_bytes);
  const TfrecordTotals totals = check_tfrecords(folder / kName);
  EXPECT_EQ(totals.records, 20);
  EXPECT_EQ(totals.payload_bytes, summary.payload_bytes);
}

TEST(TfrecordWriter, StoresEveryFieldOfEveryRow) {
  const TemporaryFolder folder;
  const SmallDataset dataset{6};
  const ShardSummary summary = write(dataset, folder.path());
  const std::vector<TfFeatures> rows = read(folder / kName);
  ASSERT_EQ(rows.size(), 6U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const TfFeatures& row = rows[i];
    const Example& example = dataset.examples[summary.order[i]];
    EXPECT_EQ(row.size(), 16U);  // 14 fields, audio and its hash
    EXPECT_EQ(value<std::string>(row, "audio"), text(dataset.audio(summary.order[i])));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value<std::int64_t>(row, "recording_id")), example.recording_id);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value<std::int64_t>(row, "row_xxh3")), summary.row_hashes[i]);
    EXPECT_EQ(value<std::int64_t>(row, "segment_id"), example.segment_id);
    EXPECT_EQ(value<std::int64_t>(row, "source_sample_rate_hz"), example.source_sample_rate_hz);
    EXPECT_EQ(value<std::int64_t>(row, "padded_samples"), example.padded_samples);
    EXPECT_EQ(value<std::int64_t>(row, "peak_sample"), example.peak_sample);
    EXPECT_EQ(value<std::string>(row, "filename"), example.filename);
    EXPECT_EQ(value<std::string>(row, "label"), example.label);
    EXPECT_EQ(value<std::string>(row, "start_time"), example.start_time);
    EXPECT_EQ(value<std::string>(row, "site"), example.site);
    const auto energy = value<float>(row, "peak_energy");
    EXPECT_TRUE(energy == example.peak_energy || (std::isnan(energy) && std::isnan(example.peak_energy)));
  }
}

TEST(TfrecordWriter, FieldsAreSortedByName) {
  const TemporaryFolder folder;
  write(SmallDataset{1}, folder.path());
  std::string payload;
  TfrecordReader reader{folder / kName};
  ASSERT_TRUE(reader.next(payload));
  std::size_t last = 0;
  for (const auto& [name, list] : parse_tf_example(payload)) {  // a map: sorted
    const std::size_t at = payload.find(static_cast<char>(name.size()) + name + "\x12");
    ASSERT_NE(at, std::string::npos) << name;
    EXPECT_GE(at, last) << name;
    last = at;
  }
}

TEST(TfrecordWriter, ZlibHoldsTheSameSamples) {
  const TemporaryFolder folder;
  const SmallDataset dataset{3, test::schema_with_stems(2, AudioType::float32)};
  const ShardSummary summary = write(dataset, folder.path(), {TfdsSchema::tfds, TfdsEncoding::zlib});
  const std::vector<TfFeatures> rows = read(folder / kName);
  ASSERT_EQ(rows.size(), 3U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string audio = value<std::string>(rows[i], "audio");
    EXPECT_EQ(audio.substr(0, 2), "\x78\x9c");
    EXPECT_LT(audio.size(), mixture_bytes(dataset.schema()));
    EXPECT_EQ(inflated(audio, mixture_bytes(dataset.schema())), text(dataset.audio(summary.order[i])));
    EXPECT_EQ(inflated(value<std::string>(rows[i], "stems"), stems_bytes(dataset.schema())),
              text(dataset.stems(summary.order[i])));
  }
}

TEST(TfrecordWriter, StemsComeWithTheirFields) {
  const TemporaryFolder folder;
  const SmallDataset dataset{4, test::schema_with_stems(3)};
  const ShardSummary summary = write(dataset, folder.path(), {TfdsSchema::perch, TfdsEncoding::bytes});
  const std::vector<TfFeatures> rows = read(folder / kName);
  ASSERT_EQ(rows.size(), 4U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Example& example = dataset.examples[summary.order[i]];
    EXPECT_EQ(rows[i].size(), 19U);
    EXPECT_EQ(value<std::string>(rows[i], "stems"), text(dataset.stems(summary.order[i])));
    EXPECT_EQ(value<float>(rows[i], "stem_gain"), example.stem_gain);
    EXPECT_EQ(value<std::int64_t>(rows[i], "peak_source"), example.peak_source);
    EXPECT_EQ(summary.row_hashes[i], xxh3_64(dataset.row(summary.order[i])));
  }
}

TEST(TfrecordWriter, TheOrderOfTheExamplesDoesNotMatter) {
  const TemporaryFolder folder;
  SmallDataset dataset{30};
  write(dataset, folder.path());
  const std::string expected = read_text(folder / kName);
  std::shuffle(dataset.examples.begin(), dataset.examples.end(), std::mt19937{1});
  write(dataset, folder.path());
  EXPECT_EQ(read_text(folder / kName), expected);
}

TEST(TfrecordWriter, AShardMayBeEmpty) {
  const TemporaryFolder folder;
  EXPECT_EQ(write(SmallDataset{0}, folder.path()).payload_bytes, 0);
  EXPECT_EQ(fs::file_size(folder / kName), 0U);
}

TEST(TfrecordWriter, WhatDoesNotFitLeavesNothingBehind) {
  const TemporaryFolder folder;
  SmallDataset dataset{2};
  dataset.examples[1].stem_gain = 0.5F;
  EXPECT_THROW(write(dataset, folder.path()), Error);
  dataset.examples[1] = dataset.examples[0];
  EXPECT_THROW(write(dataset, folder.path()), Error);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace veery
