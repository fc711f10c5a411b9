#pragma once
// Reads a shard, or a split's index file, and checks it.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <veery/hdf5/file.hpp>
#include <veery/shards/example.hpp>

namespace veery {

class ShardReader {
 public:
  /// Throws Error when the file is no shard or index of this format, or is cut short.
  explicit ShardReader(const std::filesystem::path& path);

  [[nodiscard]] const ExampleSchema& schema() const { return schema_; }
  [[nodiscard]] std::int64_t rows() const { return audio_.shape()[0]; }
  [[nodiscard]] bool has_attribute(const std::string& name) const { return file_.root().has_attribute(name); }
  [[nodiscard]] std::string attribute(const std::string& name) const { return file_.root().text(name); }

  [[nodiscard]] std::vector<Example> examples() const;
  [[nodiscard]] std::vector<std::uint64_t> row_hashes() const;
  /// The row's mixture as stored, `mixture_bytes(schema())`. Throws Error when its checksum is wrong.
  void read_audio(std::int64_t row, std::span<std::byte> audio) const;
  /// The row's stems as stored, source by source, `stems_bytes(schema())`. Throws Error likewise, and when there are
  /// none.
  void read_stems(std::int64_t row, std::span<std::byte> stems) const;

  /// The row as the spool held it, mixture and then stems, `row_bytes(schema())`. Throws Error likewise, and when the
  /// bytes do not hash to `hash`, its row_xxh3: audio that is not what was written.
  void read_row(std::int64_t row, std::uint64_t hash, std::span<std::byte> bytes) const;

  /// Re-reads everything, recomputes every row's hash, and checks that keys are in order. One text a problem.
  [[nodiscard]] std::vector<std::string> verify() const;

 private:
  void read_unchecked(std::int64_t row, std::span<std::byte> bytes) const;

  std::filesystem::path path_;
  hdf5::File file_;
  hdf5::Dataset audio_;
  std::optional<hdf5::Dataset> stems_;
  ExampleSchema schema_;
};

}  // namespace veery
