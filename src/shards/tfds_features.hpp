#pragma once
// The one table of a TFDS dataset's features: what features.json says of them, and how a row's are stored.
#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>

#include <veery/shards/example.hpp>
#include <veery/shards/tf_example.hpp>
#include <veery/shards/tfds_format.hpp>

namespace veery {

/// An example with its audio as the spool holds it.
struct TfdsRow {
  const Example& example;
  std::span<const std::byte> mixture;
  std::span<const std::byte> stems;
  std::uint64_t hash;
};

struct TfdsFeature {
  nlohmann::json description;
  std::function<void(TfExampleWriter& message, const std::string& name, const TfdsRow& row)> add;
};

/// By name, ascending. `schema` must outlive the result.
[[nodiscard]] std::map<std::string, TfdsFeature> tfds_features(const ExampleSchema& schema, const TfdsFormat& format);

}  // namespace veery
