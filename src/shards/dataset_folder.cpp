#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
constexpr const char* kInfo = "dataset_info.json";
constexpr std::string_view kHdf5 = "hdf5";

/// Protobuf's JSON writes 64-bit numbers as text.
std::int64_t number_from(const Json& json) {
  const std::string text = json.is_string() ? json.get<std::string>() : json.dump();
  const std::optional<std::int64_t> value = parse_number<std::int64_t>(text);
  if (!value || *value < 0) throw Error{"not a number of rows", printable(text)};
  return *value;
}

SplitDescription split_from(const Json& json) {
  SplitDescription split;
  split.name = json.at("name");
  for (const Json& length : json.value("shardLengths", Json::array()))
    split.shard_lengths.push_back(number_from(length));
  return split;
}

/// The folders NAME/VERSION below one of an output folder's.
std::vector<fs::path> datasets_below(const fs::path& all) {
  std::vector<fs::path> found;
  std::error_code failure;
  for (const auto& name : fs::directory_iterator{all, failure}) {
    for (const auto& version : fs::directory_iterator{name.path(), failure})
      if (fs::exists(version.path() / kInfo, failure)) found.push_back(version.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

fs::path find_dataset(const fs::path& path) {
  std::error_code failure;
  if (fs::exists(path / kInfo, failure)) return path;
  std::vector<fs::path> found = datasets_below(path / "dataset");
  if (found.empty()) found = datasets_below(path / "tfds");
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    throw UsageError{"there is no finished dataset", path.string(),
                     "name an output folder of veery process, or its dataset/NAME/VERSION"};
  }
  throw UsageError{"there are several datasets", path.string(), "name one: " + found.front().string()};
}

bool is_number(std::string_view text) {
  return text.size() >= 5 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The place that a shard's file name tells: 3 in `PREFIX00003-of-00128.h5`.
std::optional<std::size_t> shard_index(std::string_view name, const std::string& prefix) {
  constexpr std::string_view kOf = "-of-";
  constexpr std::string_view kEnd = ".h5";
  if (!name.starts_with(prefix) || !name.ends_with(kEnd)) return std::nullopt;
  name.remove_prefix(prefix.size());
  name.remove_suffix(kEnd.size());
  const std::size_t of = name.find(kOf);
  if (of == std::string_view::npos || !is_number(name.substr(0, of)) || !is_number(name.substr(of + kOf.size())))
    return std::nullopt;
  return parse_number<std::size_t>(name.substr(0, of));
}

/// What `shard_index` takes for that shard: shards of before an extension say another total.
std::string pattern_of(const std::string& prefix, std::size_t index) {
  const std::string digits = std::to_string(index);
  return prefix + std::string(5 - std::min<std::size_t>(digits.size(), 5), '0') + digits + "-of-*.h5";
}

SplitFiles find_shards(const fs::path& folder, const std::string& dataset, const SplitDescription& split) {
  const std::string prefix = dataset + "-" + split.name + "-";
  std::map<std::size_t, fs::path> found;
  for (const auto& entry : fs::directory_iterator{folder}) {
    const std::optional<std::size_t> index = shard_index(entry.path().filename().string(), prefix);
    if (!index) continue;
    if (const auto [twin, is_new] = found.emplace(*index, entry.path()); !is_new)
      throw Error{"two files are one shard", entry.path().string(), twin->second.filename().string()};
  }
  SplitFiles files{split.name, {}};
  for (std::size_t i = 0; i < split.shard_lengths.size(); ++i) {
    const auto shard = found.find(i);
    if (shard == found.end()) {
      throw Error{"a shard is missing", (folder / pattern_of(prefix, i)).string(),
                  "shard " + std::to_string(i) + " of the split " + printable(split.name) + ": veery repair OUT"};
    }
    files.shards.push_back({shard->second, split.shard_lengths[i]});
  }
  if (found.size() > files.shards.size())
    throw Error{"a shard that dataset_info.json does not know", found.rbegin()->second.string()};
  return files;
}

}  // namespace

std::int64_t SplitFiles::rows() const {
  std::int64_t sum = 0;
  for (const ShardFile& shard : shards) sum += shard.rows;
  return sum;
}

DatasetDescription parse_dataset_info(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    DatasetDescription description;
    description.name = json.at("name");
    description.version = json.at("version");
    description.config_name = json.value("configName", "");
    description.config_description = json.value("configDescription", "");
    description.description = json.value("description", "");
    description.citation = json.value("citation", "");
    description.file_format = json.at("fileFormat");
    if (json.contains("location")) description.homepage = json["location"].at("urls").at(0);
    if (json.contains("releaseNotes")) description.release_note = json["releaseNotes"].value(description.version, "");
    for (const Json& split : json.value("splits", Json::array())) description.splits.push_back(split_from(split));
    return description;
  } catch (const nlohmann::json::exception& failure) {
    throw Error{"not the description of a dataset", kInfo, failure.what()};
  }
}

DatasetFolder open_dataset_folder(const fs::path& path) {
  DatasetFolder dataset;
  dataset.folder = find_dataset(path);
  dataset.description = parse_dataset_info(read_text(dataset.folder / kInfo));
  if (dataset.description.file_format != kHdf5) {
    throw UsageError{"a dataset in other files than HDF5: " + printable(dataset.description.file_format),
                     dataset.folder.string(),
                     "--shards hdf5,tfrecord writes both; of TFRecord files TFDS itself reads equal parts "
                     "(tfds.even_splits)"};
  }
  // Names become parts of paths: what could not have been written is refused.
  static_cast<void>(dataset_folder(dataset.description.name, dataset.description.version));
  for (const SplitDescription& split : dataset.description.splits) {
    static_cast<void>(split_index_file_name({dataset.description.name, dataset.description.version, split.name}));
    dataset.splits.push_back(find_shards(dataset.folder, dataset.description.name, split));
  }
  return dataset;
}

}  // namespace veery
