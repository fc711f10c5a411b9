#pragma once
// Where a shard belongs, and the names that follow from it.
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

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

/// `NAME-SPLIT.tfrecord-00003-of-00128`, as TFDS names it. UsageError likewise.
[[nodiscard]] std::string tfrecord_file_name(const ShardPlace& place);

/// Such a name taken apart. The count is of the shards that the split had when the file got its name.
struct TfrecordName {
  std::string without_count;  ///< `NAME-SPLIT.tfrecord-00003`
  int count = 1;
};
[[nodiscard]] std::optional<TfrecordName> parse_tfrecord_name(std::string_view file_name);
/// The name of the same shard in a split of another count.
[[nodiscard]] std::string with_shard_count(std::string_view file_name, int count);

/// `NAME-SPLIT.h5`.
[[nodiscard]] std::string split_index_file_name(const SplitPlace& place);

/// `dataset/NAME/VERSION`, below the output folder.
[[nodiscard]] std::filesystem::path dataset_folder(const std::string& dataset, const std::string& version);

/// `tfds/NAME/VERSION`, below the output folder: what `tfds.builder_from_directory` opens.
[[nodiscard]] std::filesystem::path tfds_folder(const std::string& dataset, const std::string& version);

/// UsageError for names that TFDS itself would refuse or misread: a dataset that is no identifier, a version that is
/// not three numbers, a split with a dot or that is called "all".
void check_tfds_names(const SplitPlace& place);

}  // namespace veery
