#include <algorithm>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

void check_name(std::string_view what, std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
  };
  if (!name.empty() && name[0] != '-' && name[0] != '.' && std::all_of(name.begin(), name.end(), allowed)) return;
  throw UsageError{std::string{what} + " can't be part of a file name", "\"" + printable(name) + "\"",
                   "use letters, digits, '_', '-' and '.', beginning with a letter or digit"};
}

std::string five_digits(int value) {
  const std::string digits = std::to_string(value);
  return std::string(5 - std::min<std::size_t>(digits.size(), 5), '0') + digits;
}

std::string split_stem(const std::string& dataset, const std::string& split) {
  check_name("the dataset's name", dataset);
  check_name("the split's name", split);
  return dataset + "-" + split;
}

}  // namespace

std::string shard_file_name(const ShardPlace& place) {
  if (place.index < 0 || place.index >= place.count) {
    throw UsageError{"no such shard", std::to_string(place.index) + " of " + std::to_string(place.count)};
  }
  return split_stem(place.dataset, place.split) + "-" + five_digits(place.index) + "-of-" + five_digits(place.count) +
         ".h5";
}

std::string split_index_file_name(const SplitPlace& place) {
  return split_stem(place.dataset, place.split) + ".h5";
}

std::filesystem::path dataset_folder(const std::string& dataset, const std::string& version) {
  check_name("the dataset's name", dataset);
  check_name("the dataset's version", version);
  return std::filesystem::path{"dataset"} / dataset / version;
}

}  // namespace veery
