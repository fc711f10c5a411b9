#include <cmath>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

double value(const at::Tensor& scalar) {
  return scalar.item<double>();
}

double decibel(double energy) {
  return 10 * std::log10(energy + 1e-8);
}

/// One example of three sources, two of them silent, with its estimates in another order.
class OneHeard : public testing::Test {
 protected:
  const at::Tensor references_ = rows({{3, 4}, {0, 0}, {0, 0}});
  const at::Tensor estimates_ = rows({{1, 0}, {3, 3}, {0, 2}});
  const at::Tensor mixtures_ = at::tensor({6.0, 8.0}, at::kDouble).unsqueeze(0);
  // Limits of 30 and 20 dB: a thousandth of the reference's energy, a hundredth of the mixture's.
  const double of_active_ = decibel(1 + 0.025);
  const double of_silent_ = decibel(1 + 1) + decibel(4 + 1);
};

TEST_F(OneHeard, BothPartsAreDividedByAllSources) {
  const SupervisedLoss found = supervised_loss(references_, estimates_, mixtures_);

  EXPECT_NEAR(value(found.active), of_active_ / 3, 1e-9);
  EXPECT_NEAR(value(found.silent), of_silent_ / 3, 1e-9);
  EXPECT_TRUE(at::equal(found.estimates[0][0], estimates_[0][1]));
}

TEST_F(OneHeard, SilenceHasItsWeightAndEverySourceItsOwn) {
  const SupervisedLoss found =
      supervised_loss(references_, estimates_, mixtures_, {.silent_weight = 0.5, .source_weights = {3, 1, 1}});

  EXPECT_NEAR(value(found.active), 3 * of_active_ / 3, 1e-9);
  EXPECT_NEAR(value(found.silent), 0.5 * of_silent_ / 3, 1e-9);
}

TEST_F(OneHeard, ASilentTypeCountsAsSilentWhateverItsReference) {
  const SupervisedLoss found =
      supervised_loss(at::cat({references_, references_}), at::cat({estimates_, estimates_}),
                      at::cat({mixtures_, mixtures_}), {.signal_types = {"a", "a", "b"}, .silent_types = {"b"}});
  const SupervisedLoss all_silent =
      supervised_loss(references_, estimates_, mixtures_, {.signal_types = {"a", "a", "a"}, .silent_types = {"a"}});

  EXPECT_NEAR(value(found.active), of_active_ / 3, 1e-9);
  EXPECT_NEAR(value(found.silent), of_silent_ / 3, 1e-9);
  EXPECT_EQ(value(all_silent.active), 0);
}

TEST_F(OneHeard, ABatchOfSilenceCountsOnlyForDcase) {
  const at::Tensor silence = at::zeros_like(references_);

  const SupervisedLoss fuss = supervised_loss(silence, estimates_, mixtures_);
  const SupervisedLoss dcase =
      supervised_loss(silence, estimates_, mixtures_, {.ignore_silence_without_signal = false});

  EXPECT_EQ(value(fuss.active), 0);
  EXPECT_EQ(value(fuss.silent), 0);
  EXPECT_EQ(value(dcase.active), 0);
  EXPECT_NEAR(value(dcase.silent), (of_silent_ + decibel(18 + 1)) / 3, 1e-9);
}

TEST_F(OneHeard, WithoutSilenceOnlyTheActivePartIsLeft) {
  const SupervisedLoss found = supervised_loss(estimates_, estimates_, mixtures_, {.max_snr_db = kUnlimitedSnr});

  EXPECT_NEAR(value(found.active), -80, 1e-9);
  EXPECT_EQ(value(found.silent), 0);
}

TEST_F(OneHeard, GradientIsThatOfCentralDifferences) {
  const auto loss = [&](const at::Tensor& estimates) {
    const SupervisedLoss found = supervised_loss(references_, estimates, mixtures_);
    return found.active + found.silent;
  };

  EXPECT_LE(gradient_error(loss, estimates_ + 0.3 * noise({1, 3, 2}, 1)), 1e-6);
}

TEST_F(OneHeard, WhatDoesNotFitIsRefused) {
  EXPECT_THROW(static_cast<void>(supervised_loss(references_, estimates_, mixtures_.unsqueeze(1))), Error);
  EXPECT_THROW(static_cast<void>(supervised_loss(references_, estimates_, mixtures_, {.source_weights = {1}})), Error);
  EXPECT_THROW(static_cast<void>(supervised_loss(references_, estimates_.narrow(1, 0, 2), mixtures_)), Error);
}

struct GoldenCase {
  std::string name;
  SupervisedOptions options;
  double silent;
  double active;
};

class SupervisedGolden : public testing::TestWithParam<GoldenCase> {};

TEST_P(SupervisedGolden, BothPartsAreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();

  const SupervisedLoss found = supervised_loss(golden_loss("lossmaker_source"), golden_loss("lossmaker_separated"),
                                               golden_loss("lossmaker_mixture").squeeze(1), GetParam().options);

  EXPECT_NEAR(value(found.silent), GetParam().silent, 2e-6);
  EXPECT_NEAR(value(found.active), GetParam().active, 2e-6);
}

TEST_P(SupervisedGolden, OrderIsThatOfTensorFlowUpToSilentReferences) {
  VEERY_NEED_SHARED_GOLDENS();
  const at::Tensor references = golden_loss("lossmaker_source");
  const at::Tensor golden = golden_loss("lossmaker_" + GetParam().name + "_permuted");

  const SupervisedLoss found = supervised_loss(references, golden_loss("lossmaker_separated"),
                                               golden_loss("lossmaker_mixture").squeeze(1), GetParam().options);

  const at::Tensor heard = references.abs().amax(-1, /*keepdim=*/true) > 0;
  const auto silent_set = [&](const at::Tensor& estimates) {
    return std::get<0>(at::where(heard, at::zeros_like(estimates), estimates).abs().sum(-1).sort(1));
  };
  EXPECT_TRUE(at::equal(found.estimates * heard, golden * heard));
  EXPECT_LE(largest_difference(silent_set(found.estimates), silent_set(golden)), 1e-5);
}

// Numbers from losses.json; the settings belong to them.
INSTANTIATE_TEST_SUITE_P(
    , SupervisedGolden,
    testing::Values(GoldenCase{"default", {}, -0.4223785400390625, -1.1578618288040161},
                    GoldenCase{"weights", {.source_weights = {1, 2, 2, 2}}, -0.844757080078125, -1.7487123012542725},
                    GoldenCase{"noisezero",
                               {.signal_types = {"source", "source", "source", "noise"}, .silent_types = {"noise"}},
                               0.4705686569213867,
                               0.019518932327628136}),
    [](const testing::TestParamInfo<GoldenCase>& test) { return test.param.name; });

}  // namespace
}  // namespace veery::test
