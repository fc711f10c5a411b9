#pragma once
// How good an estimate is, in dB, as the sound-separation papers report it. Over the last axis; the others
// broadcast. No mean is removed. Differentiable, thread-safe.
#include <ATen/core/Tensor.h>

namespace veery {

/// Scale-invariant signal-to-noise ratio (Le Roux et al., ICASSP 2019), from -80 to 80 dB; -80 if either is silent.
[[nodiscard]] at::Tensor si_snr(const at::Tensor& estimate, const at::Tensor& target);

/// What separation won: SI-SNR of the estimate less that of the mixture.
[[nodiscard]] at::Tensor si_snr_improvement(const at::Tensor& estimate, const at::Tensor& target,
                                            const at::Tensor& mixture);

/// Mixtures of mixtures (MoMi of the MixIT papers): what the sums of estimates that fit each reference best, by MixIT's
/// own loss, have won over `mixtures` [batch, sample]; a mean over the references that sound. [batch]
[[nodiscard]] at::Tensor mixture_improvement(const at::Tensor& references, const at::Tensor& estimates,
                                             const at::Tensor& mixtures);

/// Power of the target over power of the difference, 1e-8 added to each mean power.
[[nodiscard]] at::Tensor snr(const at::Tensor& estimate, const at::Tensor& target);

}  // namespace veery
