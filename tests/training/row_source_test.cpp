#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/recording_rows.hpp>
#include <veery/training/row_source.hpp>

#include "support/temporary_folder.hpp"
#include "support/wav_file.hpp"
#include "training/mixture_rows.hpp"

namespace veery::test {
namespace {

namespace fs = std::filesystem;

std::vector<float> row_of(const RowSource& source, std::int64_t row) {
  std::vector<float> samples(static_cast<std::size_t>(source.samples_per_row));
  source.read(row, samples);
  return samples;
}

/// Sample i of full scale / 32768 is i, from `first` on.
RecordingFile counting_recording(const fs::path& path, std::int64_t samples, std::int16_t first, int rate_hz = 8000) {
  std::vector<std::int16_t> words(static_cast<std::size_t>(samples));
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::int16_t>(first + static_cast<int>(i));
  WavFile{path, WavFile::Kind::pcm16, rate_hz, samples}.append<std::int16_t>(words);
  return {path, std::get<AudioInfo>(probe_audio(path))};
}

TEST(RowSource, JoinsSourcesOneAfterTheOther) {
  const RowSource joint = joined({counting_rows(2, 5), counting_rows(3, 5)});
  EXPECT_EQ(joint.rows, 5);
  EXPECT_EQ(row_of(joint, 1)[0], 2000);
  EXPECT_EQ(row_of(joint, 2)[0], 1000);
  EXPECT_EQ(row_of(joint, 4)[0], 3000);
  EXPECT_THROW(row_of(joint, 5), Error);
  EXPECT_THROW(static_cast<void>(joined({counting_rows(2, 5), counting_rows(2, 6)})), Error);
  EXPECT_THROW(static_cast<void>(joined({})), Error);
}

TEST(RowSource, ShardsOnDiskAreReadByAnyThread) {
  const TemporaryFolder folder;
  const fs::path a = write_noise_shard(folder / ".", 3, 50, AudioType::int16, 1);
  const fs::path b = write_noise_shard(folder / ".", 4, 50, AudioType::int16, 2);
  const RowSource held =
      rows_of_shards({std::make_shared<const ShardReader>(a), std::make_shared<const ShardReader>(b)});
  std::vector<std::vector<float>> expected;
  for (std::int64_t row = 0; row < held.rows; ++row) expected.push_back(row_of(held, row));

  const RowSource rows = rows_of_shard_files({{a, 3}, {b, 4}});
  ASSERT_EQ(rows.rows, held.rows);
  EXPECT_EQ(row_of(rows, 5), expected[5]);
}

TEST(RowSource, AShardThatIsNotWhatItsDatasetSaysIsNamed) {
  const TemporaryFolder folder;
  const fs::path a = write_noise_shard(folder / ".", 3, 50, AudioType::int16, 1);
  const fs::path longer = write_noise_shard(folder / ".", 3, 60, AudioType::int16, 2);
  EXPECT_THROW(row_of(rows_of_shard_files({{a, 4}}), 0), Error);
  EXPECT_THROW(row_of(rows_of_shard_files({{a, 3}, {longer, 3}}), 3), Error);
  const RowSource rows = rows_of_shard_files({{a, 3}});
  fs::remove(a);
  try {
    static_cast<void>(row_of(rows, 0));
    ADD_FAILURE() << "it is gone";
  } catch (const Error& error) {
    EXPECT_NE(std::string{error.what()}.find(a.filename().string()), std::string::npos) << error.what();
  }
}

TEST(RecordingRows, AreWindowsSideBySide) {
  const TemporaryFolder folder;
  const std::vector<RecordingFile> recordings{counting_recording(folder / "a.wav", 25, 0),
                                              counting_recording(folder / "short.wav", 9, 0),
                                              counting_recording(folder / "b.wav", 10, 500)};
  const RowSource rows = rows_of_recordings(recordings, {.sample_rate_hz = 8000, .samples_per_row = 10});

  ASSERT_EQ(rows.rows, 3);
  EXPECT_EQ(row_of(rows, 1)[0] * 32768, 10);
  EXPECT_EQ(row_of(rows, 1)[9] * 32768, 19);
  EXPECT_EQ(row_of(rows, 2)[0] * 32768, 500);
}

TEST(RecordingRows, AreResampledWhereTheyLie) {
  const TemporaryFolder folder;
  const RecordingFile recording = counting_recording(folder / "a.wav", 20'000, -10'000, 16'000);
  const RowSource rows = rows_of_recordings({recording}, {.sample_rate_hz = 8000, .samples_per_row = 1000});

  ASSERT_EQ(rows.rows, 9) << "ten less the sample that rounding may cost";
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    const float middle = row_of(rows, row)[500] * 32768;
    EXPECT_NEAR(middle, static_cast<float>(-10'000 + 2 * (row * 1000 + 500)), 3);
  }
}

TEST(RecordingRows, WhatCantBeReadIsNamed) {
  const TemporaryFolder folder;
  RecordingFile recording = counting_recording(folder / "a.wav", 25, 0);
  EXPECT_THROW(static_cast<void>(rows_of_recordings({recording}, {.sample_rate_hz = 8000, .samples_per_row = 26})),
               Error);
  const RowSource rows = rows_of_recordings({recording}, {.sample_rate_hz = 8000, .samples_per_row = 10});
  counting_recording(folder / "a.wav", 15, 0);
  EXPECT_THROW(row_of(rows, 1), Error) << "it is shorter now";
  fs::remove(folder / "a.wav");
  EXPECT_THROW(row_of(rows, 0), Error);
}

}  // namespace
}  // namespace veery::test
