#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/recording_path.hpp>
#include <veery/base/text.hpp>
#include <veery/shards/example.hpp>

namespace veery {
namespace {

constexpr std::size_t kMillisecondDigits = 10;
constexpr std::array<std::pair<KeyForm, std::string_view>, 3> kForms{
    {{KeyForm::segment, "segment"}, {KeyForm::name, "name"}, {KeyForm::time, "time"}}};

}  // namespace

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

std::string_view to_text(KeyForm form) {
  return kForms.at(static_cast<std::size_t>(form)).second;
}

KeyForm key_form_from(std::string_view text) {
  for (const auto& [form, word] : kForms)
    if (word == text) return form;
  throw Error{"no form of keys", printable(text), "segment, name or time"};
}

std::string_view key_name(KeyForm form, std::string_view filename) {
  if (form != KeyForm::name) return filename;
  const std::string_view stem = without_extension(filename);
  return stem.substr(stem.rfind('/') + 1);
}

std::string example_key(const Example& example, const ExampleSchema& schema) {
  const std::string name = schema.keys.prefix + std::string{key_name(schema.keys.form, example.filename)};
  if (schema.keys.form != KeyForm::time) return name + "_" + std::to_string(example.segment_id);
  const double start_ms = static_cast<double>(example.segment_start) / schema.sample_rate_hz * 1000.0;
  const std::string digits = std::to_string(std::llrint(start_ms));  // to even, as Python rounds
  return name + ":" + std::string(digits.size() < kMillisecondDigits ? kMillisecondDigits - digits.size() : 0, '0') +
         digits + "ms";
}

Md5 order_hash(std::string_view split, std::string_view key) {
  std::string salted = std::string{split} + std::string{key};
  std::replace(salted.begin() + static_cast<std::ptrdiff_t>(split.size()), salted.end(), '\\', '/');
  return md5(salted);
}

std::vector<std::size_t> order_examples(std::string_view split, std::span<const Example> examples,
                                        const ExampleSchema& schema) {
  std::vector<Md5> hashes;
  hashes.reserve(examples.size());
  for (const Example& example : examples) hashes.push_back(order_hash(split, example_key(example, schema)));
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
    throw Error{"two examples have the same key", printable(example_key(examples[first], schema)),
                named(first) + " and " + named(second)};
  }
  return order;
}

}  // namespace veery
