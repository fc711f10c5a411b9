#include <array>
#include <string_view>
#include <type_traits>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/tdcn_config.hpp>

#include "separation/config_fields.hpp"

namespace veery {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 2> kEncoders{"learnable-basis", "stft"};
constexpr std::array<std::string_view, 3> kFeatureNorms{"mean-and-variance", "compress-and-max", "none"};
constexpr std::array<std::string_view, 3> kNorms{"frames", "channels", "frames-and-channels"};
constexpr std::array<std::string_view, 4> kConsistencies{"none", "uniform", "magsq", "pred-source"};

// Far beyond any network, and small enough that no product of sizes overflows.
constexpr std::int64_t kMostOfAnything = 1 << 20;

template <typename Value, std::size_t count>
Value value_of(const std::array<std::string_view, count>& names, const std::string& name, std::string_view what) {
  std::string known;
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] == name) return static_cast<Value>(i);
    known += (i == 0 ? "" : ", ") + std::string{names[i]};
  }
  throw UsageError{"unknown " + std::string{what}, "\"" + printable(name) + "\"", "there are: " + known};
}

std::string text_of(std::int64_t value) {
  return std::to_string(value);
}
std::string text_of(double value) {
  return decimal(value);
}
std::string text_of(bool value) {
  return value ? "yes" : "no";
}
template <typename Value>
requires std::is_enum_v<Value> std::string text_of(Value value) {
  return to_string(value);
}

void expect(bool holds, const std::string& what, std::int64_t value) {
  if (!holds) throw Error{"no separation network can have this setting", what + " = " + std::to_string(value)};
}

}  // namespace

std::string to_string(Encoder encoder) {
  return std::string{kEncoders.at(static_cast<std::size_t>(encoder))};
}
std::string to_string(FeatureNorm norm) {
  return std::string{kFeatureNorms.at(static_cast<std::size_t>(norm))};
}
std::string to_string(NormAxes norm) {
  return std::string{kNorms.at(static_cast<std::size_t>(norm))};
}
std::string to_string(Consistency consistency) {
  return std::string{kConsistencies.at(static_cast<std::size_t>(consistency))};
}

Consistency parse_consistency(const std::string& name) {
  return value_of<Consistency>(kConsistencies, name, "mixture consistency");
}
FeatureNorm parse_feature_norm(const std::string& name) {
  return value_of<FeatureNorm>(kFeatureNorms, name, "feature norm");
}

namespace separation {

void parse_name(const std::string& name, Encoder& value) {
  value = value_of<Encoder>(kEncoders, name, "encoder");
}
void parse_name(const std::string& name, FeatureNorm& value) {
  value = parse_feature_norm(name);
}
void parse_name(const std::string& name, NormAxes& value) {
  value = value_of<NormAxes>(kNorms, name, "norm");
}
void parse_name(const std::string& name, Consistency& value) {
  value = parse_consistency(name);
}

}  // namespace separation

std::vector<std::pair<std::string, std::string>> describe(const TdcnConfig& config) {
  std::vector<std::pair<std::string, std::string>> settings;
  separation::visit_fields(config,
                           [&](const char* name, const auto& value) { settings.emplace_back(name, text_of(value)); });
  return settings;
}

void check_config(const TdcnConfig& config) {
  separation::visit_fields(config, [](const std::string& name, const auto& value) {
    if constexpr (std::is_same_v<decltype(value), const std::int64_t&>) {
      expect(value >= 1 && value <= kMostOfAnything, name, value);
    }
  });
  const bool stft = config.encoder == Encoder::stft;
  expect(config.hop_samples <= config.window_samples, "hop_samples", config.hop_samples);
  expect(config.dilations <= 16, "dilations", config.dilations);
  expect(config.repeats <= 64, "repeats", config.repeats);
  expect(config.passes == 1 || (stft && config.passes <= 16), "passes", config.passes);
  if (!stft && config.feature_norm != FeatureNorm{}) {
    throw Error{"no separation network can have this setting", "feature_norm = " + to_string(config.feature_norm)};
  }
  if (stft) {
    const std::int64_t length = 2 * (config.coefficients - 1);
    expect(length > 0 && (length & (length - 1)) == 0, "coefficients", config.coefficients);
    expect(config.window_samples <= length, "window_samples", config.window_samples);
  }
  if (!(config.magsq_floor >= 0 && config.magsq_floor <= 1)) {
    throw Error{"no separation network can have this setting", "magsq_floor = " + decimal(config.magsq_floor)};
  }
}

}  // namespace veery
