#include "shards/shard_checks.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

namespace veery {

namespace {

void check_annotations(const ExampleSchema& schema, const Example& example) {
  const auto classes = static_cast<std::int64_t>(schema.classes.size());
  const bool fits = std::ssize(example.annotations) <= schema.most_annotations &&
                    std::all_of(example.annotations.begin(), example.annotations.end(), [&](const SliceAnnotation& a) {
                      return a.start >= 0 && a.end >= a.start && a.label >= 0 && a.label < classes;
                    });
  if (fits) return;
  throw Error{"an example's annotations do not fit the dataset", printable(example_key(example, schema)),
              std::to_string(example.annotations.size()) + " of at most " + std::to_string(schema.most_annotations) +
                  ", with times from 0 on, of " + std::to_string(classes) + " classes"};
}

}  // namespace

void check_rows(const ExampleSchema& schema, std::span<const Example> examples, const std::string& file_name) {
  if (schema.samples_per_row <= 0) throw Error{"a row needs at least one sample", file_name};
  for (const Example& example : examples) {
    check_annotations(schema, example);
    int exponent = 0;
    const bool is_power_of_two = std::frexp(example.stem_gain, &exponent) == 0.5F && exponent <= 1;
    const bool has_gain = schema.stems > 0 ? is_power_of_two : example.stem_gain == 1.0F;
    if (has_gain && example.peak_source >= -1 && example.peak_source < schema.stems) continue;
    throw Error{"an example does not fit a dataset of " + std::to_string(schema.stems) + " stems",
                printable(example_key(example, schema)),
                "peak source " + std::to_string(example.peak_source) + ", gain " + std::to_string(example.stem_gain)};
  }
}

}  // namespace veery
