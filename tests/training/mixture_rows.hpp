#pragma once
// Rows made up for mixtures, in memory and as shards.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/training/row_source.hpp>

namespace veery::test {

/// Row r holds r + 1, r + 2, … : a sample tells its row and place.
inline RowSource counting_rows(std::int64_t rows, std::int64_t samples) {
  return {rows, samples, 32000, [](std::int64_t row, std::span<float> row_samples) {
            for (std::size_t i = 0; i < row_samples.size(); ++i)
              row_samples[i] = static_cast<float>(1000 * (row + 1)) + static_cast<float>(i);
          }};
}

/// Every row is `level` throughout.
inline RowSource level_rows(std::int64_t rows, std::int64_t samples, float level) {
  return {rows, samples, 32000, [level](std::int64_t, std::span<float> row_samples) {
            for (float& sample : row_samples) sample = level;
          }};
}

/// A shard of noise of different loudness; of every five rows the last is silent.
inline std::filesystem::path write_noise_shard(const std::filesystem::path& folder, int rows, std::int64_t samples,
                                               AudioType audio_type, std::uint32_t seed) {
  ExampleSchema schema{.samples_per_row = samples, .audio_type = audio_type, .filename_bytes = 8};
  RowSpool spool{folder, row_bytes(schema)};
  std::mt19937 random{seed};
  std::vector<Example> examples;
  for (int row = 0; row < rows; ++row) {
    std::vector<std::int16_t> words(static_cast<std::size_t>(samples));
    std::vector<float> floats(words.size());
    for (std::size_t i = 0; i < words.size() && row % 5 != 4; ++i) {
      words[i] = static_cast<std::int16_t>(static_cast<std::int32_t>(random() >> 16U) % 32768 >> (row % 7));
      floats[i] = static_cast<float>(random() >> 8U) * 0x1p-24F - 0.5F;
    }
    Example example;
    example.recording_id = seed;
    example.segment_id = row;
    example.filename = "a.wav";
    example.spool_row = spool.append(audio_type == AudioType::int16 ? std::as_bytes(std::span{words})
                                                                    : std::as_bytes(std::span{floats}));
    examples.push_back(example);
  }
  const ShardSummary summary =
      write_shard(folder, {"noise" + std::to_string(seed), "1.0.0", "train", 0, 1}, schema, {}, examples, spool);
  return folder / summary.file_name;
}

}  // namespace veery::test
