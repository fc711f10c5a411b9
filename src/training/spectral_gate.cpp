#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include <veery/training/spectral_gate.hpp>

namespace veery {
namespace {

/// 1, 2, … half + 1 … 2, 1, of sum one.
at::Tensor triangle(std::int64_t half) {
  const at::Tensor rise = at::arange(1, half + 2, at::kFloat);
  const at::Tensor all = half > 0 ? at::cat({rise, rise.narrow(0, 0, half).flip(0)}) : rise;
  return all / all.sum();
}

/// Of masks [mixture, band, frame].
at::Tensor smoothed(const at::Tensor& masks, std::int64_t half_bands, std::int64_t half_frames) {
  const at::Tensor kernel = at::outer(triangle(half_bands), triangle(half_frames));
  return at::conv2d(masks.unsqueeze(1), kernel.unsqueeze(0).unsqueeze(0), {}, 1, {half_bands, half_frames}).squeeze(1);
}

/// `first`, `frames`: those that do not lie in the padding, of which thresholds are made.
at::Tensor mask_of(const at::Tensor& spectra, std::int64_t first, std::int64_t frames,
                   const SpectralGateOptions& options) {
  at::Tensor levels = 20 * at::log10(spectra.abs() + 1e-10);
  levels = at::maximum(levels, levels.amax({1, 2}, true) - options.range_db);
  const at::Tensor known = levels.narrow(2, first, frames);
  const at::Tensor mean = known.mean({2}, /*keepdim=*/true);
  const at::Tensor deviation = ((known - mean) * (known - mean)).mean({2}, true).sqrt();
  return (levels > mean + options.deviations * deviation).to(at::kFloat);
}

}  // namespace

at::Tensor spectral_gate(const at::Tensor& mixtures, int sample_rate_hz, const SpectralGateOptions& options) {
  const double rate = sample_rate_hz;
  const auto frame =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max(8.0, options.frame_s * rate))));
  const std::int64_t hop = frame / 4;
  const std::int64_t samples = mixtures.size(1);
  const at::Tensor window = at::hann_window(frame);
  const std::int64_t rest = (hop - samples % hop) % hop;  // so that frames end where the padding does
  const at::Tensor padded = at::constant_pad_nd(mixtures.to(at::kFloat), {frame, frame + rest});
  const at::Tensor spectra = at::stft(padded, frame, hop, frame, window, /*center=*/true, "constant",
                                      /*normalized=*/false, /*onesided=*/true, /*return_complex=*/true);
  const auto half_bands = static_cast<std::int64_t>(options.smooth_hz * static_cast<double>(frame) / rate);
  const auto half_frames = static_cast<std::int64_t>(options.smooth_s * rate / static_cast<double>(hop));
  const at::Tensor mask = smoothed(mask_of(spectra, frame / hop, samples / hop + 1, options), half_bands, half_frames);
  const at::Tensor foreground = at::istft(spectra * mask, frame, hop, frame, window, /*center=*/true,
                                          /*normalized=*/false, /*onesided=*/true)
                                    .narrow(1, frame, samples);
  return at::stack({foreground, mixtures - foreground}, 1);
}

}  // namespace veery
