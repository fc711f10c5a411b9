// How fast a shard is written: takes the examples of a shard, then times what `veery process` does with them, from
// the spool of rows to the published file (flushed to the device, renamed), as HDF5 and as TFRecords.
//
//     shard_write_bench SHARD FOLDER [REPEATS]      prints one JSON object with the best of REPEATS (3)
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/shards/tfrecord_writer.hpp>

namespace {

using Clock = std::chrono::steady_clock;

struct Rows {
  veery::ExampleSchema schema;
  std::vector<veery::Example> examples;
  std::vector<std::byte> audio;
};

Rows read_rows(const std::filesystem::path& path) {
  const veery::ShardReader shard{path};
  Rows rows{shard.schema(), shard.examples(), {}};
  const std::size_t bytes = veery::row_bytes(rows.schema);
  rows.audio.resize(bytes * rows.examples.size());
  for (std::size_t i = 0; i < rows.examples.size(); ++i)
    shard.read_audio(static_cast<std::int64_t>(i), std::span{rows.audio}.subspan(i * bytes, bytes));
  return rows;
}

using Write = void (*)(const Rows& rows, const std::filesystem::path& folder, const veery::RowSpool& spool);
const veery::ShardPlace kPlace{"bench", "1.0.0", "train", 0, 1};

void write_hdf5(const Rows& rows, const std::filesystem::path& folder, const veery::RowSpool& spool) {
  veery::write_shard(folder, kPlace, rows.schema, {}, rows.examples, spool);
}

template <veery::TfdsEncoding kEncoding>
void write_tfrecords(const Rows& rows, const std::filesystem::path& folder, const veery::RowSpool& spool) {
  const veery::TfdsFormat format{veery::TfdsSchema::tfds, kEncoding};
  veery::write_tfrecord_shard(folder, kPlace, rows.schema, format, rows.examples, spool);
}

double write_s(Rows& rows, const std::filesystem::path& folder, Write write) {
  const std::size_t bytes = veery::row_bytes(rows.schema);
  const auto start = Clock::now();
  veery::RowSpool spool{folder, bytes};
  for (std::size_t i = 0; i < rows.examples.size(); ++i)
    rows.examples[i].spool_row = spool.append(std::span{rows.audio}.subspan(i * bytes, bytes));
  write(rows, folder, spool);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: shard_write_bench SHARD FOLDER [REPEATS]\n", stderr);
    return 2;
  }
  Rows rows = read_rows(argv[1]);
  const std::pair<const char*, Write> formats[]{{"hdf5", write_hdf5},
                                                {"bytes", write_tfrecords<veery::TfdsEncoding::bytes>},
                                                {"zlib", write_tfrecords<veery::TfdsEncoding::zlib>}};
  const auto count = static_cast<double>(rows.examples.size());
  std::printf("{\"examples\": %.0f", count);
  for (const auto& [name, write] : formats) {
    double best_s = write_s(rows, argv[2], write);
    for (int i = argc > 3 ? std::atoi(argv[3]) : 3; i > 1; --i)
      best_s = std::min(best_s, write_s(rows, argv[2], write));
    std::printf(", \"%s\": {\"wall_s\": %.6f, \"examples_per_s\": %.1f}", name, best_s, count / best_s);
  }
  std::printf("}\n");
  return 0;
}
