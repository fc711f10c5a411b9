#pragma once
// From samples to coefficients and back: a learned basis, or short-time Fourier transforms.
#include <ATen/core/Tensor.h>

#include <veery/separation/tdcn.hpp>

#include "separation/layer.hpp"

namespace veery::separation {

struct Encoded {
  at::Tensor coefficients;  ///< of the mixture: [batch, frame, coefficient]; complex with STFT
  at::Tensor features;      ///< what the core sees: [batch, frame, signal x coefficient]
};

/// `signals` is [batch, signal, sample]; the first signal is the mixture.
[[nodiscard]] Encoded encode(const TdcnConfig& config, const Layer& weights, const at::Tensor& signals,
                             const Observer& observe);

/// Coefficients [batch, frame, source, coefficient] to frames [batch, frame, source, window].
[[nodiscard]] at::Tensor decode(const TdcnConfig& config, const Layer& weights, const at::Tensor& coefficients);

/// All frames to [batch, source, `samples`].
[[nodiscard]] at::Tensor overlap_frames(const TdcnConfig& config, const at::Tensor& frames, std::int64_t samples);

/// Analysis and synthesis windows of the STFT, in double precision.
[[nodiscard]] at::Tensor analysis_window(std::int64_t window_samples);
[[nodiscard]] at::Tensor synthesis_window(std::int64_t window_samples, std::int64_t hop_samples);

}  // namespace veery::separation
