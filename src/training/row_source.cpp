#include <algorithm>
#include <cmath>
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

std::string rate_and_length(const RowSource& source) {
  return std::to_string(source.samples_per_row) + " samples at " + std::to_string(source.sample_rate_hz) + " Hz";
}

std::vector<std::uint64_t> recordings_in(const ShardReader& shard) {
  std::vector<std::uint64_t> recordings;
  for (const Example& example : shard.examples()) recordings.push_back(example.recording_id);
  return recordings;
}

RowSource rows_of(const std::shared_ptr<const ShardReader>& shard) {
  const ExampleSchema& schema = shard->schema();
  return {shard->rows(), schema.samples_per_row, schema.sample_rate_hz,
          [shard](std::int64_t row, std::span<float> samples) { read_row(*shard, row, samples); },
          [shard] { return recordings_in(*shard); }};
}

void check_opened(const ShardReader& shard, const ShardFile& file, const RowSource& source) {
  const ExampleSchema& schema = shard.schema();
  if (shard.rows() != file.rows)
    throw Error{
        "a shard has " + std::to_string(shard.rows()) + " rows where its dataset says " + std::to_string(file.rows),
        file.path.string(), "veery verify tells what changed"};
  if (schema.samples_per_row != source.samples_per_row || schema.sample_rate_hz != source.sample_rate_hz)
    throw Error{"shards differ in sample rate or in the length of rows", file.path.string(),
                "train on shards of one dataset"};
}

RowSource rows_of_file(const ShardFile& file, const ExampleSchema& schema) {
  RowSource source{file.rows, schema.samples_per_row, schema.sample_rate_hz, {}, {}};
  source.recordings = [path = file.path] { return recordings_in(ShardReader{path}); };
  source.read = [file, alike = source](std::int64_t row, std::span<float> samples) {
    const ShardReader shard{file.path};
    check_opened(shard, file, alike);
    read_row(shard, row, samples);
    if (!std::all_of(samples.begin(), samples.end(), [](float sample) { return std::isfinite(sample); }))
      throw Error{"a row holds NaN or infinity", file.path.string() + ", row " + std::to_string(row),
                  "make the shard anew without it"};
  };
  return source;
}

}  // namespace

RowSource joined(std::vector<RowSource> sources) {
  if (sources.empty()) throw Error{"there are no rows", "a source of rows", "give one dataset at least"};
  std::vector<std::int64_t> ends;
  const RowSource& first = sources.front();
  for (const RowSource& source : sources) {
    if (source.sample_rate_hz != first.sample_rate_hz || source.samples_per_row != first.samples_per_row)
      throw Error{"rows differ in sample rate or in length", rate_and_length(first) + " and " + rate_and_length(source),
                  "mix shards of one kind"};
    ends.push_back((ends.empty() ? 0 : ends.back()) + source.rows);
  }
  RowSource all{ends.back(), first.samples_per_row, first.sample_rate_hz, {}, {}};
  if (std::all_of(sources.begin(), sources.end(), [](const RowSource& source) { return bool{source.recordings}; }))
    all.recordings = [sources] {
      std::vector<std::uint64_t> recordings;
      for (const RowSource& source : sources) {
        const std::vector<std::uint64_t> more = source.recordings();
        recordings.insert(recordings.end(), more.begin(), more.end());
      }
      return recordings;
    };
  all.read = [sources = std::move(sources), ends = std::move(ends)](std::int64_t row, std::span<float> samples) {
    if (row < 0 || row >= ends.back())
      throw Error{"no such row", std::to_string(row), "there are " + std::to_string(ends.back())};
    const auto end = std::upper_bound(ends.begin(), ends.end(), row);
    const RowSource& source = sources[static_cast<std::size_t>(end - ends.begin())];
    source.read(row - (*end - source.rows), samples);
  };
  return all;
}

RowSource rows_of_shards(const std::vector<std::shared_ptr<const ShardReader>>& shards) {
  std::vector<RowSource> sources;
  sources.reserve(shards.size());
  for (const auto& shard : shards) sources.push_back(rows_of(shard));
  return joined(std::move(sources));
}

RowSource rows_of_shard_files(const std::vector<ShardFile>& shards) {
  std::vector<RowSource> sources;
  if (shards.empty()) return joined(std::move(sources));
  const ExampleSchema schema = ShardReader{shards.front().path}.schema();
  for (const ShardFile& shard : shards) sources.push_back(rows_of_file(shard, schema));
  return joined(std::move(sources));
}

}  // namespace veery
