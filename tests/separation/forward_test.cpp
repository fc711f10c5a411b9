// The network against what the released code made of the same weights under TensorFlow.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <map>

#include "separation/goldens.hpp"

namespace veery::test {
namespace {

constexpr double kGate = 5e-5;

using Observed = std::map<std::string, at::Tensor>;

at::Tensor run(const Model& model, const at::Tensor& mixture, Observed* observed = nullptr) {
  const c10::InferenceMode no_gradients;
  Observer observe;
  if (observed != nullptr) {
    observe = [&](const std::string& name, const at::Tensor& value) { (*observed)[name] = value.contiguous(); };
  }
  return forward(model.config, model.weights, mixture, observe);
}

void expect_parity(const std::string& what, const at::Tensor& ours, const at::Tensor& golden) {
  const double difference = largest_difference(ours, golden);

  testing::Test::RecordProperty(what, std::to_string(difference));
  // Large intermediates have large rounding errors.
  EXPECT_LE(difference, kGate * std::max(1.0, largest_value(golden))) << what;
}

class SmallNetwork : public testing::TestWithParam<std::string> {};

TEST_P(SmallNetwork, OutputsAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::filesystem::path golden = shared_goldens() / GetParam();
  const Model model = import_checkpoint(golden / "model.ckpt", options_in(golden));

  const std::string ending = GetParam() == "small-bird22k" ? "_mix-magsq.npy" : ".npy";
  for (const std::string name : {"output_1p00", "output_2p37"}) {
    const at::Tensor stems = run(model, shared_mixture(model.config, name.substr(7)));

    expect_parity(name, stems, read_tensor(golden / (name + ending)));
  }
}

TEST_P(SmallNetwork, IntermediatesAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::filesystem::path golden = shared_goldens() / GetParam();
  const Model model = import_checkpoint(golden / "model.ckpt", options_in(golden));
  Observed observed;

  run(model, shared_mixture(model.config, "1p00"), &observed);

  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator{golden}) {
    const std::string file = entry.path().filename().string();
    if (file.starts_with("output_") || !file.ends_with("_1p00.npy")) continue;
    const std::string name = file.substr(0, file.size() - std::string{"_1p00.npy"}.size());
    ASSERT_TRUE(observed.contains(name)) << name;
    expect_parity(name, observed.at(name), read_tensor(entry.path()));
    ++compared;
  }
  EXPECT_GE(compared, 1);
}

INSTANTIATE_TEST_SUITE_P(, SmallNetwork,
                         testing::Values("small-learn16k", "small-bird22k", "small-hop28", "small-stft16k",
                                         "small-fuss16k", "small-fuss16k-iter2", "small-gln16k", "small-ln16k"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Forward, EveryMixtureConsistencyIsThatOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const std::filesystem::path golden = shared_goldens() / "small-bird22k";

  for (const std::string type : {"magsq", "uniform", ""}) {
    const Model model = import_checkpoint(golden / "model.ckpt", options_in(golden, type));
    const at::Tensor stems = run(model, shared_mixture(model.config, "1p00"));

    const std::string name = "output_1p00_mix-" + (type.empty() ? "none" : type);
    expect_parity(name, stems, read_tensor(golden / (name + ".npy")));
  }
}

class OwnNetwork : public testing::Test {
 protected:
  const std::filesystem::path golden_ = own_goldens() / "small-hop28";
  const Model model_ = import_checkpoint(golden_ / "model.ckpt", options_in(golden_));
  const at::Tensor mixture_ = read_tensor(golden_ / "input.npy").reshape({1, -1});
};

TEST_F(OwnNetwork, OutputIsThatOfTensorFlow) {
  const at::Tensor stems = run(model_, mixture_);

  expect_parity("output", stems.slice(-1, 0, c10::nullopt, 16), read_tensor(golden_ / "output_every16.npy"));
}

TEST_F(OwnNetwork, AMixtureSeparatesAloneAsInABatch) {
  const at::Tensor other = mixture_.flip({1}) * 0.5;
  const at::Tensor batch = run(model_, at::cat({other, mixture_}));

  EXPECT_LE(largest_difference(batch.select(0, 0), run(model_, other)), 1e-6);
  EXPECT_LE(largest_difference(batch.select(0, 1), run(model_, mixture_)), 1e-6);
}

TEST_F(OwnNetwork, EveryLengthComesBackInFullAndAddsUpToTheMixture) {
  for (const std::int64_t samples : {1, 2, 27, 28, 29, 54, 55, 56, 83, 84, 1000}) {
    const at::Tensor mixture = mixture_.narrow(1, 4000, samples);
    const at::Tensor stems = run(model_, mixture);

    EXPECT_EQ(stems.sizes().vec(), (std::vector<std::int64_t>{1, 2, samples}));
    EXPECT_LE(largest_difference(stems.sum(1), mixture), 1e-6) << samples;
  }
}

TEST_F(OwnNetwork, SilenceComesBackAsSilence) {
  EXPECT_EQ(largest_value(run(model_, at::zeros({1, 5000}))), 0.0);
}

TEST_F(OwnNetwork, AnExtraFrameChangesNothingButTheFrames) {
  Model model = model_;
  model.config.keep_extra_frame = true;
  Observed with_extra;
  Observed without;

  const at::Tensor stems = run(model, mixture_, &with_extra);
  run(model_, mixture_, &without);

  EXPECT_EQ(stems.size(2), mixture_.size(1));
  EXPECT_EQ(with_extra["encoder_output"].size(1), without["encoder_output"].size(1) + 1);
}

TEST_F(OwnNetwork, GradientsReachEveryWeight) {
  Weights weights;
  for (const auto& [name, weight] : model_.weights) weights[name] = weight.clone().requires_grad_(true);

  forward(model_.config, weights, mixture_.narrow(1, 4000, 2000)).select(1, 0).abs().sum().backward();

  for (const auto& [name, weight] : weights) EXPECT_TRUE(weight.grad().defined()) << name;
}

TEST(Forward, AnEmptyMixtureIsRefused) {
  EXPECT_THROW(static_cast<void>(forward({}, {}, at::zeros({1, 0}))), std::exception);
}

}  // namespace
}  // namespace veery::test
