// A few training steps as the released code took them under TensorFlow, taken again.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include <veery/base/staged_file.hpp>
#include <veery/training/losses.hpp>
#include <veery/training/optimiser.hpp>

#include "separation/weight_names.hpp"
#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

constexpr double kLossGate = 1e-5;      // relative
constexpr double kGradientGate = 5e-3;  // of the largest of the same weight
constexpr double kWeightGate = 1e-4;    // absolute, after all steps, which are 1e-2 long

class Replay : public testing::Test {
 protected:
  void open(const std::string& name) {
    folder_ = shared_goldens() / name;
    json_ = nlohmann::json::parse(read_text(folder_ / "train.json"));
    const double rate_hz = json_["sample_rate"].get<double>();
    options_.sample_rate_hz = static_cast<std::int64_t>(rate_hz);
    options_.window_s = json_["samples_per_window"].get<double>() / rate_hz;
    options_.hop_s = json_["samples_per_hop"].get<double>() / rate_hz;
    options_.dilations = json_["network"]["num_dilations"].get<std::int64_t>();
    if (json_.contains("zeropad_beginning")) options_.pad_beginning = json_["zeropad_beginning"].get<bool>();
    model_ = import_checkpoint(folder_ / "step0.ckpt", options_);
    weights_ = trainable(model_.weights);
    decay_ = {.initial = json_["lr"].get<double>(),
              .factor = json_["lr_decay_rate"].get<double>(),
              .factor_steps = json_["lr_decay_steps"].get<double>()};
  }

  [[nodiscard]] at::Tensor separate(const at::Tensor& mixtures) const {
    return forward(model_.config, weights_, mixtures);
  }

  /// Checks the loss before every step and after the last, and the weights then.
  void expect_same_steps(const std::function<at::Tensor()>& loss, std::optional<double> max_norm) {
    AdamState state = begin_adam(weights_);
    const auto steps = json_["steps"].get<std::int64_t>();
    for (std::int64_t step = 0; step < steps; ++step) {
      const at::Tensor now = loss();
      expect_loss(now, step);
      Weights gradients = gradients_of(now, weights_);
      if (step == 0) expect_gradients(gradients);
      if (max_norm) clip_by_global_norm(gradients, *max_norm);
      adam_step(weights_, gradients, state, learning_rate(decay_, step));
    }
    expect_loss(loss(), steps);
    expect_weights(steps);
  }

  std::filesystem::path folder_;
  nlohmann::json json_;
  ImportOptions options_;
  Model model_;
  Weights weights_;
  LearningRateDecay decay_;

 private:
  void expect_loss(const at::Tensor& ours, std::int64_t step) const {
    const auto golden = json_["loss_history"][static_cast<std::size_t>(step)]["total"].get<double>();
    EXPECT_NEAR(ours.item<double>(), golden, kLossGate * std::abs(golden)) << "step " << step;
  }

  /// Where the true gradient is zero, rounding errors are all there is.
  [[nodiscard]] double least_gradient() const { return 1e-3 * json_["gradient_global_norm_step0"].get<double>(); }

  [[nodiscard]] at::Tensor golden_gradient(const std::string& weight) const {
    std::string name = separation::tf_name_of(weight);
    for (std::size_t at = 0; (at = name.find('/', at)) != std::string::npos; at += 2) name.replace(at, 1, "__");
    return read_tensor(folder_ / ("grad_" + name + ".npy"));
  }

  void expect_gradients(const Weights& gradients) const {
    double norm = 0;
    for (const auto& [name, gradient] : gradients) {
      const at::Tensor golden = golden_gradient(name);
      norm += (gradient * gradient).sum().item<double>();
      const double scale = std::max(largest_value(golden), least_gradient());
      EXPECT_LE(largest_difference(gradient, golden), kGradientGate * scale) << name;
    }
    EXPECT_NEAR(std::sqrt(norm), json_["gradient_global_norm_step0"].get<double>(), 1e-5 * std::sqrt(norm));
  }

  /// Adam makes whole steps of rounding errors: weights whose gradient is nothing else are left out.
  void expect_weights(std::int64_t steps) const {
    const Model golden = import_checkpoint(folder_ / ("step" + std::to_string(steps) + ".ckpt"), options_);
    std::size_t compared = 0;
    for (const auto& [name, weight] : weights_) {
      if (largest_value(golden_gradient(name)) < least_gradient()) continue;
      EXPECT_LE(largest_difference(weight.detach(), golden.weights.at(name)), kWeightGate) << name;
      ++compared;
    }
    EXPECT_GT(compared, weights_.size() / 2);
  }
};

TEST_F(Replay, MixitTakesTheStepsOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  open("train-mixit");
  const at::Tensor singles = read_tensor(folder_ / "receiver_audio.npy");
  const at::Tensor references = singles.reshape({-1, 2, singles.size(-1)});
  const at::Tensor mixtures = references.sum(1);

  EXPECT_LE(largest_difference(separate(mixtures).detach(), read_tensor(folder_ / "separated_step0.npy")), 5e-5);
  expect_same_steps([&] { return mixit(references, separate(mixtures)).loss.mean(); }, std::nullopt);
}

class SupervisedReplay : public Replay, public testing::WithParamInterface<std::string> {};

TEST_P(SupervisedReplay, TakesTheStepsOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  open(GetParam());
  const at::Tensor mixtures = read_tensor(folder_ / "receiver_audio.npy").squeeze(1);
  const at::Tensor references = read_tensor(folder_ / "source_images.npy").squeeze(2);
  const auto loss = [&] {
    const SupervisedLoss parts = supervised_loss(references, separate(mixtures), mixtures);
    return parts.active + parts.silent;
  };

  EXPECT_LE(largest_difference(separate(mixtures).detach(), read_tensor(folder_ / "separated_step0.npy")), 5e-5);
  expect_same_steps(loss, json_["gradient_clip"].get<double>());
}

INSTANTIATE_TEST_SUITE_P(, SupervisedReplay, testing::Values("train-fuss", "train-fuss-clip"),
                         [](const testing::TestParamInfo<std::string>& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace veery::test
