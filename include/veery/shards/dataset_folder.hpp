#pragma once
// A finished dataset on disk: what its dataset_info.json says, and the shard files of each split.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/shards/dataset_description.hpp>

namespace veery {

struct ShardFile {
  std::filesystem::path path;
  std::int64_t rows = 0;  ///< that dataset_info.json says
};

struct SplitFiles {
  std::string name;
  std::vector<ShardFile> shards;  ///< in order

  [[nodiscard]] std::int64_t rows() const;
};

struct DatasetFolder {
  std::filesystem::path folder;    ///< dataset/NAME/VERSION
  DatasetDescription description;  ///< bytes of splits are left 0
  std::vector<SplitFiles> splits;
};

/// Throws Error when `json` is no dataset_info.json.
[[nodiscard]] DatasetDescription parse_dataset_info(const std::string& json);

/// `path`: an output folder with one dataset, or the folder of a dataset itself. The shards are found by name and not
/// opened; of an extended dataset they say different totals. Throws UsageError when there is no dataset or more than
/// one, or when it is one of TFRecord files, Error naming a shard that is missing or there twice.
[[nodiscard]] DatasetFolder open_dataset_folder(const std::filesystem::path& path);

}  // namespace veery
