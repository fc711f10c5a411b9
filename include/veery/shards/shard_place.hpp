#pragma once
// Where a shard belongs, and the names that follow from it.
#include <filesystem>
#include <string>

namespace veery {

/// A split of one version of a dataset.
struct SplitPlace {
  std::string dataset;
  std::string version;
  std::string split;
};

/// One shard of a split.
struct ShardPlace {
  std::string dataset;
  std::string version;
  std::string split;
  int index = 0;
  int count = 1;
};

/// `NAME-SPLIT-00003-of-00128.h5`. UsageError when a name has other characters than letters, digits, `_`, `.`
/// and `-` or begins with one of the last two, or when the index is not below the count.
[[nodiscard]] std::string shard_file_name(const ShardPlace& place);

/// `NAME-SPLIT.h5`.
[[nodiscard]] std::string split_index_file_name(const SplitPlace& place);

/// `dataset/NAME/VERSION`, below the output folder.
[[nodiscard]] std::filesystem::path dataset_folder(const std::string& dataset, const std::string& version);

}  // namespace veery
