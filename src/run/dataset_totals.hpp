#pragma once
// What a manifest of `veery shards` says of its dataset, and how `veery verify` finds it again.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/manifest/manifest.hpp>

namespace veery {

struct SplitTotals {
  std::string name;
  std::int64_t rows = 0;
  std::int64_t dropped = 0;  ///< rows left out to make the shards equally long
  std::size_t shards = 0;
};

/// One JSON object.
[[nodiscard]] std::string dataset_totals_json(const std::vector<SplitTotals>& splits);

/// Whether the manifest is of a dataset without the tables of a run.
[[nodiscard]] bool is_dataset_alone(const ManifestContent& manifest);
/// What differs between the shards below `output`, dataset_info.json and the manifest's totals. Throws Error.
[[nodiscard]] std::vector<std::string> check_dataset(const std::filesystem::path& output,
                                                     const ManifestContent& manifest);

}  // namespace veery
