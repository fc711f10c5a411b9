// Windows, spectra and their inverses against TensorFlow's, and mixture consistency by itself.
#include "separation/front_end.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include "separation/consistency.hpp"
#include "separation/goldens.hpp"

namespace veery::test {
namespace {

struct Setting {
  std::string name;
  std::int64_t window;
  std::int64_t hop;
  std::int64_t coefficients;
  bool pad_beginning;
};

class Stft : public testing::TestWithParam<Setting> {};

TEST_P(Stft, WindowsAndTransformsAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const Setting& setting = GetParam();
  const auto golden = [&](const std::string& what) {
    return read_tensor(shared_goldens() / "losses" / ("stft_" + setting.name + "_" + what + ".npy"));
  };
  TdcnConfig config;
  config.encoder = Encoder::stft;
  config.window_samples = setting.window;
  config.hop_samples = setting.hop;
  config.coefficients = setting.coefficients;
  config.pad_beginning = setting.pad_beginning;
  const Weights weights{{"features.gamma", at::ones({})}, {"features.beta", at::zeros({})}};
  const separation::Layer layer{weights, ""};
  const at::Tensor signals = read_tensor(shared_goldens() / "losses" / "stft_input.npy");

  const separation::Encoded encoded = separation::encode(config, layer, signals.unsqueeze(1), {});
  const at::Tensor frames = separation::decode(config, layer, encoded.coefficients.unsqueeze(2));
  const at::Tensor inverse = separation::overlap_frames(config, frames, signals.size(1)).squeeze(1);

  // TensorFlow computes windows in float32.
  EXPECT_LE(largest_difference(separation::analysis_window(setting.window), golden("window")), 2e-6);
  EXPECT_LE(largest_difference(separation::synthesis_window(setting.window, setting.hop), golden("inverse_window")),
            2e-6);
  EXPECT_LE(largest_difference(at::real(encoded.coefficients), golden("real")), 5e-5);
  EXPECT_LE(largest_difference(at::imag(encoded.coefficients), golden("imag")), 5e-5);
  const at::Tensor expected = golden("inverse");
  const std::int64_t common = std::min(expected.size(-1), inverse.size(-1));
  EXPECT_LE(largest_difference(inverse.narrow(-1, 0, common), expected.narrow(-1, 0, common)), 5e-6);
}

INSTANTIATE_TEST_SUITE_P(, Stft,
                         testing::Values(Setting{"W512_H128_plain", 512, 128, 257, false},
                                         Setting{"W512_H128_padbegin", 512, 128, 257, true},
                                         Setting{"W706_H176_padbegin", 706, 176, 513, true},
                                         Setting{"W55_H28_plain", 55, 28, 33, false},
                                         Setting{"W40_H20_plain", 40, 20, 33, false}),
                         [](const testing::TestParamInfo<Setting>& test) { return test.param.name; });

class FeatureNorms : public testing::Test {
 protected:
  /// The features of two signals, [1, frame, signal x coefficient], and their magnitudes in that order.
  std::pair<at::Tensor, at::Tensor> features(FeatureNorm norm) const {
    TdcnConfig config;
    config.encoder = Encoder::stft;
    config.coefficients = 33;
    config.feature_norm = norm;
    const Weights weights{{"features.scale", at::full({}, 1.5)}, {"features.bias", at::full({}, -0.25)}};
    const at::Tensor signals = at::sin(at::arange(1000).square() * 1e-3).reshape({1, 2, 500});
    at::Tensor magnitudes;
    const Observer observe = [&](const std::string& name, const at::Tensor& value) {
      if (name == "mag") magnitudes = at::cat({value.select(1, 0), value.select(1, 1)}, -1);
    };
    const at::Tensor made = separation::encode(config, separation::Layer{weights, ""}, signals, observe).features;
    return {made, magnitudes};
  }
};

TEST_F(FeatureNorms, CompressAndMaxDividesThePowerByItsMaximumOverAll) {
  const auto [made, magnitudes] = features(FeatureNorm::compress_and_max);

  const at::Tensor compressed = at::exp(0.3 * at::log(magnitudes.to(at::kDouble)));
  const at::Tensor expected = 1.5 * compressed / (1e-3 + compressed.max()) - 0.25;
  EXPECT_EQ(made.sizes().vec(), (std::vector<std::int64_t>{1, 25, 66}));
  EXPECT_LE(largest_difference(made, expected), 1e-5);
}

TEST_F(FeatureNorms, NoneIsTheMagnitudeWithScaleAndBias) {
  const auto [made, magnitudes] = features(FeatureNorm::none);

  EXPECT_LE(largest_difference(made, 1.5 * magnitudes.to(at::kDouble) - 0.25), 1e-5);
}

TEST(Consistency, IsThatOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const auto golden = [](const std::string& what) {
    return read_tensor(shared_goldens() / "losses" / ("consistency_" + what + ".npy"));
  };
  const at::Tensor stems = golden("separated").squeeze(2);
  const at::Tensor mixture = golden("mixture").reshape({stems.size(0), stems.size(2)});
  const at::Tensor weights = golden("weights").reshape({stems.size(0), stems.size(1)});
  const at::Tensor equal = at::full_like(weights, 1.0 / static_cast<double>(stems.size(1)));

  EXPECT_LE(largest_difference(separation::share_out(stems, mixture, weights), golden("out_given_weights")), 1e-6);
  EXPECT_LE(largest_difference(separation::share_out(stems, mixture, equal), golden("out_uniform")), 1e-6);
  const at::Tensor powers = separation::power_shares(stems, 1e-8);
  EXPECT_LE(largest_difference(separation::share_out(stems, mixture, powers), golden("out_magsq")), 1e-6);
}

}  // namespace
}  // namespace veery::test
