#pragma once
// What all losses ask of waveforms [batch, source, sample].
#include <ATen/core/Tensor.h>

namespace veery::training {

/// Inner loops run over sets of estimates, 2^20 at most.
inline constexpr std::int64_t kMostEstimates = 20;

/// Throws Error unless both have three axes of at least one element, and the same batch, samples, type and device.
void check_waveforms(const at::Tensor& references, const at::Tensor& estimates);
/// And the same number of sources.
void check_pairs(const at::Tensor& references, const at::Tensor& estimates);

/// Without the last axis: whether the RMS is at most 1e-8.
[[nodiscard]] at::Tensor is_silent(const at::Tensor& waveforms);

}  // namespace veery::training
