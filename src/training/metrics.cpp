#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <veery/training/losses.hpp>
#include <veery/training/metrics.hpp>

#include "training/waveforms.hpp"

namespace veery {
namespace {

at::Tensor to_decibel(const at::Tensor& signal_power, const at::Tensor& noise_power) {
  constexpr double kPowerFloor = 1e-8;
  return 10 * at::log10((signal_power + kPowerFloor) / (noise_power + kPowerFloor));
}

at::Tensor to_unit_energy(const at::Tensor& waveform) {
  return waveform * at::rsqrt((waveform * waveform).sum(-1, /*keepdim=*/true).clamp_min(1e-16));
}

}  // namespace

at::Tensor si_snr(const at::Tensor& estimate, const at::Tensor& target) {
  const at::Tensor unit_estimate = to_unit_energy(estimate);
  const at::Tensor unit_target = to_unit_energy(target);
  const at::Tensor correlation = (unit_estimate * unit_target).sum(-1, /*keepdim=*/true);
  const at::Tensor signal = (correlation * correlation).squeeze(-1);
  const at::Tensor rest = unit_estimate - correlation * unit_target;
  // 1 - c² loses its digits where there is little noise.
  const at::Tensor noise = at::where(1 - signal < 0.01, (rest * rest).sum(-1), 1 - signal);
  return to_decibel(signal, noise);
}

at::Tensor si_snr_improvement(const at::Tensor& estimate, const at::Tensor& target, const at::Tensor& mixture) {
  return si_snr(estimate, target) - si_snr(mixture, target);
}

at::Tensor mixture_improvement(const at::Tensor& references, const at::Tensor& estimates, const at::Tensor& mixtures) {
  const at::Tensor sums = at::matmul(mixit(references, estimates).mix_matrix, estimates);
  const at::Tensor sounds = training::is_silent(references).logical_not();
  const at::Tensor won = si_snr_improvement(sums, references, mixtures.unsqueeze(1));
  return (won * sounds).sum(-1) / sounds.sum(-1).clamp_min(1);
}

at::Tensor snr(const at::Tensor& estimate, const at::Tensor& target) {
  const at::Tensor noise = target - estimate;
  return to_decibel((target * target).mean(-1), (noise * noise).mean(-1));
}

}  // namespace veery
