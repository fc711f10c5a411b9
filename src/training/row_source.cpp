#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/training/row_source.hpp>

namespace veery {
namespace {

void read_row(const ShardReader& shard, std::int64_t row, std::span<float> samples) {
  std::vector<std::byte> stored(mixture_bytes(shard.schema()));
  shard.read_audio(row, stored);
  to_float(shard.schema().audio_type, stored, samples);
}

void check_alike(const ShardReader& shard, const ShardReader& first) {
  if (shard.schema().sample_rate_hz == first.schema().sample_rate_hz &&
      shard.schema().samples_per_row == first.schema().samples_per_row)
    return;
  throw Error{"shards differ in sample rate or in the length of rows", shard.attribute("dataset"),
              "mix shards of one dataset"};
}

}  // namespace

RowSource rows_of_shards(std::vector<std::shared_ptr<const ShardReader>> shards) {
  if (shards.empty()) throw Error{"there are no shards", "a source of rows", "give one at least"};
  std::vector<std::int64_t> ends;
  for (const auto& shard : shards) {
    check_alike(*shard, *shards.front());
    ends.push_back((ends.empty() ? 0 : ends.back()) + shard->rows());
  }
  const ExampleSchema& schema = shards.front()->schema();
  RowSource source{ends.back(), schema.samples_per_row, schema.sample_rate_hz, {}};
  source.read = [shards = std::move(shards), ends = std::move(ends)](std::int64_t row, std::span<float> samples) {
    if (row < 0 || row >= ends.back())
      throw Error{"no such row", std::to_string(row), "there are " + std::to_string(ends.back())};
    const auto end = std::upper_bound(ends.begin(), ends.end(), row);
    const ShardReader& shard = *shards[static_cast<std::size_t>(end - ends.begin())];
    read_row(shard, row - (*end - shard.rows()), samples);
  };
  return source;
}

}  // namespace veery
