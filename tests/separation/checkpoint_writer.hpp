#pragma once
// Writes TensorFlow checkpoints, good and bad ones, with LevelDB's own table builder.
#include <filesystem>
#include <string>
#include <vector>

namespace veery::test {

struct Variable {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// PREFIX.index and its one data file.
void write_checkpoint(const std::filesystem::path& prefix, std::vector<Variable> variables);

/// The variables of a checkpoint whose elements are all float32.
std::vector<Variable> read_variables(const std::filesystem::path& prefix);

std::string bytes_of(const std::filesystem::path& path);
void write_bytes(const std::filesystem::path& path, const std::string& bytes);

/// An index with one raw data block: its payload is replaced, its checksum made right, the rest left as it is.
std::string with_data_block(const std::string& index, const std::string& payload);
std::string data_block(const std::string& index);

}  // namespace veery::test
