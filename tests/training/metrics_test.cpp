#include <cmath>

#include <veery/training/metrics.hpp>

#include "training/noise_waveforms.hpp"

namespace veery::test {
namespace {

const at::Tensor& target() {
  static const at::Tensor waveform = at::tensor({1.0, -1.0, 1.0, -1.0}, at::kDouble);
  return waveform;
}

TEST(SiSnr, OrthogonalNoiseCountsByItsEnergy) {
  const at::Tensor orthogonal = at::tensor({1.0, 1.0, -1.0, -1.0}, at::kDouble);

  // Energies 1 : 0.01 and 1 : 4, the first beyond the place where the formula changes, the second before it.
  EXPECT_NEAR(si_snr(target() + 0.1 * orthogonal, target()).item<double>(), 20.0, 1e-4);
  EXPECT_NEAR(si_snr(target() + 2 * orthogonal, target()).item<double>(), -10 * std::log10(4.0), 1e-6);
}

TEST(SiSnr, DoesNotDependOnGainOrSign) {
  const at::Tensor estimate = target() + noise({4}, 1);
  const double plain = si_snr(estimate, target()).item<double>();

  EXPECT_NEAR(si_snr(-3 * estimate, target()).item<double>(), plain, 1e-9);
  EXPECT_NEAR(si_snr(estimate, 0.01 * target()).item<double>(), plain, 1e-9);
}

TEST(SiSnr, RunsFromMinus80To80Decibel) {
  const at::Tensor silence = at::zeros({4}, at::kDouble);

  EXPECT_NEAR(si_snr(2 * target(), target()).item<double>(), 80.0, 1e-6);
  EXPECT_NEAR(si_snr(silence, target()).item<double>(), -80.0, 1e-6);
  EXPECT_NEAR(si_snr(target(), silence).item<double>(), -80.0, 1e-6);
}

TEST(SiSnr, KeepsTheMean) {
  const at::Tensor with_offset = target() + 1;

  EXPECT_NEAR(si_snr(with_offset, target()).item<double>(), 0.0, 1e-6);
}

TEST(SiSnr, ImprovementIsAgainstTheMixture) {
  const at::Tensor orthogonal = at::tensor({1.0, 1.0, -1.0, -1.0}, at::kDouble);
  const at::Tensor mixture = target() + orthogonal;

  EXPECT_NEAR(si_snr_improvement(target() + 0.1 * orthogonal, target(), mixture).item<double>(), 20.0, 1e-4);
  EXPECT_NEAR(si_snr_improvement(mixture, target(), mixture).item<double>(), 0.0, 1e-12);
}

TEST(SiSnr, GradientIsThatOfCentralDifferences) {
  const at::Tensor wanted = noise({2, 6}, 1);
  const auto score = [&](const at::Tensor& estimate) { return si_snr(estimate, wanted).sum(); };

  EXPECT_LE(gradient_error(score, noise({2, 6}, 2)), 1e-6);
  EXPECT_LE(gradient_error(score, wanted + 0.05 * noise({2, 6}, 2)), 1e-4);
}

TEST(Snr, ComparesMeanPowers) {
  EXPECT_NEAR(snr(target() + 0.1, target()).item<double>(), 20.0, 1e-5);
  EXPECT_NEAR(snr(target() + 10, target()).item<double>(), -20.0, 1e-5);
  EXPECT_NEAR(snr(target(), target()).item<double>(), 80.0, 1e-6);
}

TEST(Metrics, AreThoseOfTensorFlow) {
  VEERY_NEED_SHARED_GOLDENS();
  const at::Tensor wanted = golden_loss("metric_target");
  const at::Tensor estimate = golden_loss("metric_estimate");

  EXPECT_LE(largest_difference(si_snr(estimate, wanted), golden_loss("metric_si_snr")), 1e-4);
  EXPECT_LE(largest_difference(snr(estimate, wanted), golden_loss("metric_snr")), 1e-4);
}

}  // namespace
}  // namespace veery::test
