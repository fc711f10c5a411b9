#include "run/dataset_totals.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

#include <veery/base/error.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/shard_reader.hpp>

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

/// How many rows were dropped, the shards do not tell.
std::int64_t dropped_of(const Json& totals, const std::string& split) {
  for (const Json& known : totals.at("splits"))
    if (known.at("name") == split) return known.at("dropped").get<std::int64_t>();
  return 0;
}

}  // namespace

std::string dataset_totals_json(const std::vector<SplitTotals>& splits) {
  Json list = Json::array();
  for (const SplitTotals& split : splits) {
    list.push_back({{"name", split.name}, {"rows", split.rows}, {"dropped", split.dropped}, {"shards", split.shards}});
  }
  return Json{{"splits", list}}.dump(1);
}

bool is_dataset_alone(const ManifestContent& manifest) {
  return std::none_of(manifest.files.begin(), manifest.files.end(),
                      [](const PublishedFile& file) { return file.path == output_name::kIndex; });
}

std::vector<std::string> check_dataset(const std::filesystem::path& output, const ManifestContent& manifest) {
  std::vector<std::string> problems;
  std::vector<SplitTotals> splits;
  try {
    const Json totals = Json::parse(manifest.totals);
    for (const SplitFiles& split : open_dataset_folder(output).splits) {
      splits.push_back({split.name, split.rows(), dropped_of(totals, split.name), split.shards.size()});
      for (const ShardFile& shard : split.shards) {
        if (ShardReader{shard.path}.rows() != shard.rows) {
          problems.push_back(shard.path.lexically_relative(output).generic_string() +
                             ": the number of rows differs from dataset_info.json's");
        }
      }
    }
  } catch (const nlohmann::json::exception&) {
    splits.clear();
  }
  if (Json::parse(dataset_totals_json(splits)).dump(1) != manifest.totals)
    problems.emplace_back("manifest.json: the totals differ from the shards'");
  return problems;
}

}  // namespace veery
