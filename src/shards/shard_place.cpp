#include <algorithm>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/shard_place.hpp>

namespace veery {
namespace {

constexpr std::string_view kTfrecord = ".tfrecord-";
constexpr std::string_view kOf = "-of-";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void check_name(std::string_view what, std::string_view name) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.'; };
  if (!name.empty() && name[0] != '-' && name[0] != '.' && std::all_of(name.begin(), name.end(), allowed)) return;
  throw UsageError{std::string{what} + " can't be part of a file name", "\"" + printable(name) + "\"",
                   "use letters, digits, '_', '-' and '.', beginning with a letter or digit"};
}

std::string five_digits(int value) {
  const std::string digits = std::to_string(value);
  return std::string(5 - std::min<std::size_t>(digits.size(), 5), '0') + digits;
}

/// Of at least five, and not too large for an int.
bool are_digits(std::string_view text) {
  return text.size() >= 5 && text.size() <= 9 && std::all_of(text.begin(), text.end(), is_digit);
}

/// As in 1.0.0, none with a leading zero.
bool is_three_numbers(std::string_view version) {
  std::size_t numbers = 0;
  for (std::size_t begin = 0; begin <= version.size(); ++numbers) {
    const std::size_t end = std::min(version.find('.', begin), version.size());
    const std::string_view number = version.substr(begin, end - begin);
    const bool good = !number.empty() && number.size() <= 9 && std::all_of(number.begin(), number.end(), is_digit) &&
                      (number.size() == 1 || number[0] != '0');
    if (!good) return false;
    begin = end + 1;
  }
  return numbers == 3;
}

std::string x_of_y(const ShardPlace& place) {
  if (place.index < 0 || place.index >= place.count) {
    throw UsageError{"no such shard", std::to_string(place.index) + " of " + std::to_string(place.count)};
  }
  return five_digits(place.index) + std::string{kOf} + five_digits(place.count);
}

std::string split_stem(const std::string& dataset, const std::string& split) {
  check_name("the dataset's name", dataset);
  check_name("the split's name", split);
  return dataset + "-" + split;
}

}  // namespace

std::string shard_file_name(const ShardPlace& place) {
  return split_stem(place.dataset, place.split) + "-" + x_of_y(place) + ".h5";
}

std::string tfrecord_file_name(const ShardPlace& place) {
  return split_stem(place.dataset, place.split) + std::string{kTfrecord} + x_of_y(place);
}

std::optional<TfrecordName> parse_tfrecord_name(std::string_view file_name) {
  const std::size_t of = file_name.rfind(kOf);
  const std::size_t dash = of == std::string_view::npos ? of : file_name.rfind('-', of - 1);
  if (of == 0 || dash == std::string_view::npos) return std::nullopt;
  const std::string_view count = file_name.substr(of + kOf.size());
  const std::string_view stem = file_name.substr(0, dash + 1);
  if (!stem.ends_with(kTfrecord) || !are_digits(count) || !are_digits(file_name.substr(dash + 1, of - dash - 1)))
    return std::nullopt;
  return TfrecordName{std::string{file_name.substr(0, of)}, std::stoi(std::string{count})};
}

std::string with_shard_count(std::string_view file_name, int count) {
  const auto name = parse_tfrecord_name(file_name);
  if (!name) throw Error{"not the name of a TFRecord shard", printable(file_name)};
  return name->without_count + std::string{kOf} + five_digits(count);
}

std::string split_index_file_name(const SplitPlace& place) {
  return split_stem(place.dataset, place.split) + ".h5";
}

std::filesystem::path dataset_folder(const std::string& dataset, const std::string& version) {
  check_name("the dataset's name", dataset);
  check_name("the dataset's version", version);
  return std::filesystem::path{"dataset"} / dataset / version;
}

std::filesystem::path tfds_folder(const std::string& dataset, const std::string& version) {
  check_name("the dataset's name", dataset);
  check_name("the dataset's version", version);
  return std::filesystem::path{"tfds"} / dataset / version;
}

void check_tfds_names(const SplitPlace& place) {
  const auto require = [](bool good, const char* option, const std::string& name, const char* wanted) {
    if (!good) throw UsageError{"TFDS can't open a dataset of this name: " + printable(name), option, wanted};
  };
  const auto has_dot_or_dash = place.dataset.find_first_of(".-") != std::string::npos;
  require(!has_dot_or_dash && is_letter(place.dataset.empty() ? '\0' : place.dataset[0]), "--dataset-name",
          place.dataset, "with --shards tfrecord use letters, digits and '_', beginning with a letter");
  require(is_three_numbers(place.version), "--dataset-version", place.version,
          "with --shards tfrecord it has the form 1.0.0");
  const bool has_word =
      std::any_of(place.split.begin(), place.split.end(), [](char c) { return is_letter(c) || is_digit(c); });
  require(has_word && place.split.find('.') == std::string::npos && place.split != "all", "--split", place.split,
          "with --shards tfrecord use letters, digits, '_' and '-', and not the word \"all\"");
}

}  // namespace veery
