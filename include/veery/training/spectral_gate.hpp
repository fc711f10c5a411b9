#pragma once
// Separation without a network, to have something to compare with: what is louder than usual in its band is foreground.
//
// Stationary spectral gating as in noisereduce (Sainburg, github.com/timsainb/noisereduce, MIT licence): a band's
// threshold is the mean of its level over time plus some standard deviations, both in dB; the mask of what lies above
// is smoothed over frequency and time.
#include <ATen/core/Tensor.h>

namespace veery {

struct SpectralGateOptions {
  double frame_s = 0.046;   ///< rounded up to a power of two samples; a quarter of it from frame to frame
  double deviations = 1.5;  ///< above the mean
  double smooth_hz = 500;   ///< half width of the mask's triangular smoothing
  double smooth_s = 0.05;   ///<
  double range_db = 80;     ///< levels below the loudest point less this count as that
};

/// Foreground and the rest, [mixture, 2, sample], of mixtures [mixture, sample]; both add up to the mixture.
[[nodiscard]] at::Tensor spectral_gate(const at::Tensor& mixtures, int sample_rate_hz,
                                       const SpectralGateOptions& options = {});

}  // namespace veery
