#include <algorithm>
#include <numeric>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/example.hpp>

namespace veery {

std::size_t mixture_bytes(const ExampleSchema& schema) {
  const std::size_t sample_bytes = schema.audio_type == AudioType::int16 ? sizeof(std::int16_t) : sizeof(float);
  return static_cast<std::size_t>(schema.samples_per_row) * sample_bytes;
}

std::size_t stems_bytes(const ExampleSchema& schema) {
  return static_cast<std::size_t>(schema.stems) * mixture_bytes(schema);
}

std::size_t row_bytes(const ExampleSchema& schema) {
  return mixture_bytes(schema) + stems_bytes(schema);
}

std::string example_key(const Example& example) {
  return example.filename + "_" + std::to_string(example.segment_id);
}

Md5 order_hash(std::string_view split, std::string_view key) {
  std::string salted = std::string{split} + std::string{key};
  std::replace(salted.begin() + static_cast<std::ptrdiff_t>(split.size()), salted.end(), '\\', '/');
  return md5(salted);
}

std::vector<std::size_t> order_examples(std::string_view split, std::span<const Example> examples) {
  std::vector<Md5> hashes;
  hashes.reserve(examples.size());
  for (const Example& example : examples) hashes.push_back(order_hash(split, example_key(example)));
  std::vector<std::size_t> order(examples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return hashes[a] < hashes[b]; });
  const auto twin = std::adjacent_find(order.begin(), order.end(),
                                       [&](std::size_t a, std::size_t b) { return hashes[a] == hashes[b]; });
  if (twin != order.end()) {
    const auto [first, second] = std::minmax(twin[0], twin[1]);
    const auto named = [&](std::size_t i) {
      return "row " + std::to_string(i) + " at sample " + std::to_string(examples[i].segment_start);
    };
    throw Error{"two examples have the same key", printable(example_key(examples[first])),
                named(first) + " and " + named(second)};
  }
  return order;
}

}  // namespace veery
