#include <set>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/mixtures.hpp>

namespace veery {

std::vector<double> perch_view_shares(double mixin_probability) {
  if (!(mixin_probability >= 0 && mixin_probability <= 1))
    throw Error{"a probability to mix does not fit", std::to_string(mixin_probability), "give one from 0 to 1"};
  return {1 - mixin_probability, mixin_probability / 2};
}

std::vector<std::int32_t> joined_labels(std::span<const Example> examples, std::span<const std::int64_t> rows) {
  std::set<std::int32_t> labels;
  for (const std::int64_t row : rows) {
    if (row < 0 || static_cast<std::size_t>(row) >= examples.size())
      throw Error{"no such row", std::to_string(row), "there are " + std::to_string(examples.size())};
    for (const SliceAnnotation& annotation : examples[static_cast<std::size_t>(row)].annotations)
      labels.insert(static_cast<std::int32_t>(annotation.label));
  }
  return {labels.begin(), labels.end()};
}

std::vector<std::vector<std::size_t>> mix_by_arrival(std::span<const std::size_t> keys) {
  std::vector<std::vector<std::size_t>> buckets;
  std::vector<std::vector<std::size_t>> views;
  for (std::size_t element = 0; element < keys.size(); ++element) {
    const std::size_t key = keys[element];
    if (key >= buckets.size()) buckets.resize(key + 1);
    buckets[key].push_back(element);
    if (buckets[key].size() <= key) continue;
    views.push_back(std::move(buckets[key]));
    buckets[key].clear();
  }
  return views;
}

}  // namespace veery
