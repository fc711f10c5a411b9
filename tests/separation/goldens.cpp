#include "separation/goldens.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>

#include <veery/base/staged_file.hpp>
#include <veery/separation/tf_checkpoint.hpp>

#include "support/npy_file.hpp"

namespace veery::test {
namespace {

nlohmann::json hparams(const std::filesystem::path& folder) {
  return nlohmann::json::parse(read_text(folder / "hparams.json"));
}

Consistency consistency_of(const std::string& mix_weights_type) {
  if (mix_weights_type == "pred_source") return Consistency::pred_source;
  return parse_consistency(mix_weights_type.empty() ? "none" : mix_weights_type);
}

std::uint64_t fnv1a64(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  return hash;
}

/// The value at row-major place `index` of the variable whose name has the hash `seed`.
float recipe_value(std::uint64_t seed, std::uint64_t index, double offset, double step) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  return static_cast<float>(offset + step * (2.0 * static_cast<double>(z >> 60U) - 15.0));
}

std::vector<float> recipe_values(const nlohmann::json& rules, const std::string& name, std::size_t count) {
  for (const auto& rule : rules) {
    if (!name.ends_with(rule[0].get<std::string>())) continue;
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = recipe_value(fnv1a64(name), i, rule[1].get<double>(), rule[2].get<double>());
    }
    return values;
  }
  throw std::runtime_error("no recipe for " + name);
}

}  // namespace

std::filesystem::path own_goldens() {
  return std::filesystem::path{VEERY_TEST_SOURCE_DIR} / "data";
}

std::filesystem::path shared_goldens() {
  return std::filesystem::path{VEERY_TEST_SHARED_DIR} / "golden" / "separation";
}

ImportOptions options_in(const std::filesystem::path& folder, const std::string& mix_weights_type) {
  const nlohmann::json settings = hparams(folder);
  const nlohmann::json& network = settings.contains("network") ? settings["network"] : settings["network_per_pass"];
  ImportOptions options;
  options.sample_rate_hz = static_cast<std::int64_t>(settings["sample_rate"].get<double>());
  options.window_s = settings["window_seconds"].get<double>();
  options.hop_s = settings["hop_seconds"].get<double>();
  options.consistency = consistency_of(mix_weights_type);
  options.dilations = network["num_dilations"].get<std::int64_t>();
  options.pad_beginning = settings.value("zeropad_beginning", false);
  return options;
}

ImportOptions options_in(const std::filesystem::path& folder) {
  const nlohmann::json type = hparams(folder)["mix_weights_type"];
  return options_in(folder, type.is_array() ? type[0].get<std::string>() : type.get<std::string>());
}

at::Tensor read_tensor(const std::filesystem::path& npy) {
  const NpyArray<float> array = read_npy<float>(npy);
  at::Tensor tensor = at::empty(array.shape, at::TensorOptions{}.dtype(at::kFloat));
  std::copy(array.values.begin(), array.values.end(), tensor.mutable_data_ptr<float>());
  return tensor;
}

at::Tensor shared_mixture(const TdcnConfig& config, const std::string& length) {
  const std::string name = "input_" + std::to_string(config.sample_rate_hz) + "_" + length + ".npy";
  return read_tensor(shared_goldens() / "audio" / name).reshape({1, -1});
}

double largest_value(const at::Tensor& values) {
  return values.abs().max().item<double>();
}

double largest_difference(const at::Tensor& ours, const at::Tensor& golden) {
  if (!ours.squeeze().sizes().equals(golden.squeeze().sizes())) return std::nan("");
  return largest_value(ours.squeeze().to(at::kDouble) - golden.squeeze().to(at::kDouble));
}

double signal_to_difference_db(const at::Tensor& ours, const at::Tensor& golden) {
  const at::Tensor signal = golden.squeeze().to(at::kDouble);
  const at::Tensor difference = ours.squeeze().to(at::kDouble) - signal;
  return 10 * std::log10((signal * signal).sum().item<double>() / (difference * difference).sum().item<double>());
}

std::filesystem::path write_recipe_checkpoint(const std::filesystem::path& golden,
                                              const std::filesystem::path& folder) {
  const nlohmann::json rules = hparams(golden)["weight_recipe"]["rules_first_suffix_match"];
  std::filesystem::copy_file(golden / "model.ckpt.index", folder / "model.ckpt.index");
  std::ofstream data{folder / "model.ckpt.data-00000-of-00001", std::ios::binary};
  const TfCheckpoint checkpoint = TfCheckpoint::open(folder / "model.ckpt");
  for (const TfVariable& variable : checkpoint.variables()) {
    const auto values = recipe_values(rules, variable.name, static_cast<std::size_t>(variable.bytes) / sizeof(float));
    data.write(reinterpret_cast<const char*>(values.data()), variable.bytes);
  }
  return folder / "model.ckpt";
}

}  // namespace veery::test
