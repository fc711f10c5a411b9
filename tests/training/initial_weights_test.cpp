#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>

#include <veery/training/initial_weights.hpp>

namespace veery {
namespace {

double largest(const at::Tensor& weight) {
  return weight.abs().max().item<double>();
}

TEST(InitialWeights, AreThoseThatTheNetworkWants) {
  TdcnConfig config;
  EXPECT_NO_THROW(check_weights(config, initial_weights(config, 1)));
  config.encoder = Encoder::stft;
  config.coefficients = 257;
  config.window_samples = 512;
  config.skips = true;
  config.passes = 2;
  EXPECT_NO_THROW(check_weights(config, initial_weights(config, 1)));
}

TEST(InitialWeights, KernelsFillTheirRange) {
  const Weights weights = initial_weights(TdcnConfig{}, 1);
  const std::vector<std::pair<std::string, double>> limits{{"encoder.kernel", std::sqrt(6.0 / 296.0)},
                                                           {"block_0.dense1.kernel", std::sqrt(6.0 / 768.0)},
                                                           {"block_7.depthwise.kernel", std::sqrt(6.0 / 1539.0)},
                                                           {"mask.kernel", std::sqrt(6.0 / (256.0 + 2048.0))}};
  for (const auto& [name, limit] : limits) {
    const at::Tensor& kernel = weights.at(name);
    EXPECT_LE(largest(kernel), limit) << name;
    EXPECT_GT(largest(kernel), 0.98 * limit) << name;
    EXPECT_NEAR(kernel.mean().item<double>(), 0.0, 0.06 * limit) << name;
    EXPECT_NEAR(kernel.std().item<double>(), limit / std::sqrt(3.0), 0.05 * limit) << name;
  }
}

TEST(InitialWeights, TheRestIsAsPublished) {
  const Weights weights = initial_weights(TdcnConfig{}, 1);
  const std::vector<std::pair<std::string, float>> values{
      {"input.scale", 1.0F},
      {"input.bias", 0.0F},
      {"block_3.dense1.scale", 1.0F},
      {"block_0.dense2.scale", 1.0F},
      {"block_31.dense2.scale", static_cast<float>(std::pow(0.9, 31))},
      {"block_3.prelu2", 0.1F},
      {"block_3.norm1.gamma", 1.0F},
      {"block_3.norm1.beta", 0.0F},
      {"block_3.depthwise.bias", 0.0F}};
  for (const auto& [name, value] : values)
    EXPECT_TRUE(at::all(weights.at(name) == value).item<bool>()) << name << " " << weights.at(name);
}

TEST(InitialWeights, DependOnTheSeedAndOnNothingElse) {
  TdcnConfig config;
  config.repeats = 1;
  const Weights first = initial_weights(config, 7);
  const Weights other = initial_weights(config, 8);
  config.repeats = 2;
  const Weights longer = initial_weights(config, 7);
  for (const auto& [name, weight] : first) {
    EXPECT_TRUE(at::equal(weight, longer.at(name))) << name << " changes with the network's depth";
    EXPECT_EQ(at::equal(weight, other.at(name)), !name.ends_with("kernel")) << name;
  }
  EXPECT_FALSE(at::equal(first.at("block_0.dense1.kernel"), first.at("block_1.dense1.kernel")));
}

}  // namespace
}  // namespace veery
