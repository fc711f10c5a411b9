#pragma once
// Checkpoints of TensorFlow (format V2: PREFIX.index and PREFIX.data-SSSSS-of-NNNNN), read without TensorFlow.
// Whatever the bytes, they end in tensors or in an Error: nothing in them is trusted, and nothing is executed.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace veery {

/// What the index says of one variable.
struct TfVariable {
  std::string name;
  int dtype = 0;  ///< TensorFlow's number for the element type
  std::vector<std::int64_t> shape;
  std::int64_t shard = 0;
  std::int64_t offset = 0;
  std::int64_t bytes = 0;
  std::uint32_t masked_crc32c = 0;
  bool is_partitioned = false;  ///< stored in slices, under names of their own: can't be read
};

class TfCheckpoint {
 public:
  /// `path` is the prefix, PREFIX.index, or a folder with one index. Reads the index; throws Error.
  [[nodiscard]] static TfCheckpoint open(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& prefix() const { return prefix_; }
  /// In the order of their names' bytes.
  [[nodiscard]] const std::vector<TfVariable>& variables() const { return variables_; }
  /// nullptr when there is none.
  [[nodiscard]] const TfVariable* find(const std::string& name) const;
  /// The index and every data file.
  [[nodiscard]] std::vector<std::filesystem::path> files() const;

  /// The values, checked against their checksum. Throws Error naming the variable.
  [[nodiscard]] at::Tensor read(const TfVariable& variable) const;

 private:
  [[nodiscard]] std::filesystem::path data_file(std::int64_t shard) const;

  std::filesystem::path prefix_;
  std::int64_t shards_ = 1;
  std::vector<TfVariable> variables_;
};

}  // namespace veery
