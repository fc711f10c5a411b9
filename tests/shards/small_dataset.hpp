#pragma once
// Examples made up for tests, with their audio in a spool, in a folder that is gone afterwards.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/shards/split_index.hpp>

#include "support/temporary_folder.hpp"

namespace veery::test {

/// A schema with short rows, and the same with stems.
[[nodiscard]] ExampleSchema small_schema();
[[nodiscard]] ExampleSchema schema_with_stems(std::int64_t stems = 3, AudioType audio_type = AudioType::int16);

/// `count` examples of two recordings (one with a name in Unicode), with every field set in some of them.
class SmallDataset {
 public:
  explicit SmallDataset(int count, ExampleSchema schema = small_schema(), int first_recording = 0);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] const ExampleSchema& schema() const { return schema_; }
  [[nodiscard]] const RowSpool& spool() const { return *spool_; }
  /// Mixture and stems of example `index` as stored: the row of the spool.
  [[nodiscard]] std::vector<std::byte> row(std::size_t index) const;
  [[nodiscard]] std::vector<std::byte> audio(std::size_t index) const;
  [[nodiscard]] std::vector<std::byte> stems(std::size_t index) const;

  [[nodiscard]] ShardSummary write(const std::filesystem::path& folder, int index = 0, int count = 1) const;

  std::vector<Example> examples;

 private:
  TemporaryFolder folder_;
  ExampleSchema schema_;
  std::unique_ptr<RowSpool> spool_;
};

[[nodiscard]] Provenance small_provenance();

}  // namespace veery::test
