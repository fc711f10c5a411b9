#include "separation/sound_profile.hpp"

#include <ATen/TensorOperators.h>
#include <ATen/ops/avg_pool1d.h>
#include <ATen/ops/fft_rfft.h>
#include <ATen/ops/hann_window.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace veery::separation {
namespace {

constexpr double kFrame_s = 0.02;      // at least; a power of two of samples
constexpr std::int64_t kLoudest = 16;  // frames whose spectra are taken: the loud ones make a power spectrum anyway
constexpr double kActive = 1e-2;       // of the loudest frame's power
constexpr double kSmear_hz = 600.0;    // a moment of a song has one pitch, the song many: they should be alike
constexpr double kMemory_s = 20.0;     // of active time

std::int64_t frame_samples(int sample_rate_hz) {
  return static_cast<std::int64_t>(
      std::bit_ceil(static_cast<std::uint64_t>(std::max(16.0, sample_rate_hz * kFrame_s))));
}

/// Odd; a sixth of the spectrum at most.
std::int64_t smear_bins(int sample_rate_hz, std::int64_t transform) {
  const double bin_hz = static_cast<double>(sample_rate_hz) / static_cast<double>(transform);
  return std::llround(std::min(kSmear_hz, sample_rate_hz / 12.0) / bin_hz) / 2 * 2 + 1;
}

}  // namespace

double weight_beside(double power, double reference) {
  return power > 0.0 ? power / (power + kFaint * reference) : 0.0;
}

std::vector<SoundProfile> loud_moments(const at::Tensor& outputs, int sample_rate_hz) {
  const std::int64_t transform = frame_samples(sample_rate_hz);
  const std::int64_t frame = std::min(transform, outputs.size(1));
  // Side by side, to the very end: a call that has only just begun must be known from there on.
  const std::int64_t count = outputs.size(1) / frame;

  const at::Tensor frames = outputs.slice(1, outputs.size(1) - count * frame).unflatten(1, {count, frame});  // a view
  const at::Tensor power = at::linalg_vector_norm(frames, 2, at::IntArrayRef{2}).square() / frame;
  const auto [loudest, places] = at::topk(power, std::min(kLoudest, power.size(1)), 1);
  const at::Tensor threshold = kActive * loudest.narrow(1, 0, 1);
  const at::Tensor chosen = frames.gather(1, places.unsqueeze(2).expand({-1, -1, frame}));
  const at::Tensor spectra = at::fft_rfft(chosen * at::hann_window(frame), transform).abs().square();
  const at::Tensor among = loudest >= threshold;
  const at::Tensor spectrum = (spectra * among.unsqueeze(2)).sum(1);
  const std::int64_t width = smear_bins(sample_rate_hz, transform);
  const at::Tensor banded =
      at::avg_pool1d(spectrum.unsqueeze(1), width, std::max<std::int64_t>(width / 4, 1), width / 2)
          .squeeze(1)
          .to(at::kDouble);
  const std::int64_t bands = banded.size(1);
  const at::Tensor level = ((loudest * among).sum(1) / among.sum(1)).to(at::kDouble);
  const at::Tensor active = (power >= threshold).sum(1);

  std::vector<SoundProfile> profiles(static_cast<std::size_t>(outputs.size(0)));
  for (std::int64_t output = 0; output < outputs.size(0); ++output) {
    SoundProfile& profile = profiles[static_cast<std::size_t>(output)];
    const double* const row = banded.const_data_ptr<double>() + output * bands;
    profile.bands.assign(row, row + bands);
    double sum = 0.0;
    for (const double band : profile.bands) sum += band;
    if (!(sum > 0.0)) continue;
    profile.level = level.const_data_ptr<double>()[output];
    profile.active_s = static_cast<double>(active.const_data_ptr<std::int64_t>()[output] * frame) / sample_rate_hz;
    for (double& band : profile.bands) band *= profile.level / sum;
  }
  return profiles;
}

double likeness(const SoundProfile& one, const SoundProfile& other) {
  if (one.level <= 0.0 || other.level <= 0.0) return 0.0;
  double sum = 0.0;
  for (std::size_t band = 0; band < one.bands.size(); ++band) sum += std::sqrt(one.bands[band] * other.bands[band]);
  return sum / std::sqrt(one.level * other.level);
}

void remember(SoundProfile& memory, const SoundProfile& heard) {
  if (heard.level <= kFaint * memory.level) return;
  memory.bands.resize(heard.bands.size());
  memory.active_s = std::min(memory.active_s + heard.active_s, std::max(kMemory_s, heard.active_s));
  const double share = heard.active_s / memory.active_s;
  memory.level += share * (heard.level - memory.level);
  for (std::size_t band = 0; band < memory.bands.size(); ++band) {
    memory.bands[band] += share * (heard.bands[band] - memory.bands[band]);
  }
}

}  // namespace veery::separation
