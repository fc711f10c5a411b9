#pragma once
// Rows of audio by number, wherever they lie: what mixtures are made of.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/shard_reader.hpp>

namespace veery {

/// Rows of one length and rate. `read` fills `samples_per_row` samples on the scale where full scale is 1; it is called
/// from as many threads as its maker allows.
struct RowSource {
  std::int64_t rows = 0;
  std::int64_t samples_per_row = 0;
  int sample_rate_hz = 0;
  std::function<void(std::int64_t row, std::span<float> samples)> read;
  /// A number for each row, the same for rows of one recording; reads through all shards. Empty: nobody knows.
  std::function<std::vector<std::uint64_t>()> recordings{};
};

/// One source's rows after the other's. Throws Error when there are none, or a rate or a length differs.
[[nodiscard]] RowSource joined(std::vector<RowSource> sources);

/// The mixtures of shards, or of a split's index file, one after another; int16 is divided by 32768. To be read on the
/// thread that opened them. Throws Error when a rate or a length differs, or there are no shards; reading throws Error
/// for a row that isn't there or is damaged.
[[nodiscard]] RowSource rows_of_shards(const std::vector<std::shared_ptr<const ShardReader>>& shards);

/// The same of shards on disk. A read opens the shard and closes it again, so that nothing is held, any thread may
/// read, and thousands of shards are as good as one. Throws Error also when a shard has other rows than its dataset
/// says, or audio that is not finite.
[[nodiscard]] RowSource rows_of_shard_files(const std::vector<ShardFile>& shards);

}  // namespace veery
