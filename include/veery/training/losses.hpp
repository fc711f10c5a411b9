#pragma once
// What training minimises, after google-research/sound-separation. Waveforms are [batch, source, sample]; a loss is
// differentiable in the estimates, on the device and in the precision of both. Thread-safe.
#include <ATen/core/Tensor.h>

#include <functional>

#include <veery/training/loss_options.hpp>

namespace veery {

/// 10 log10(sum of (reference - estimate)² + 10^(-max_snr_db/10) · sum of bias² + 1e-8) over the last axis, in dB;
/// the others broadcast. Sums, not means: the value depends on the length. Beyond `max_snr_db` an estimate gains
/// little by getting better. `bias` is the reference unless given.
[[nodiscard]] at::Tensor log_mse(const at::Tensor& reference, const at::Tensor& estimate, double max_snr_db,
                                 const at::Tensor& bias = {});

struct MixitLoss {
  at::Tensor loss;        ///< [batch]: mean log-MSE between the references and the estimates that were added up
  at::Tensor mix_matrix;  ///< [batch, reference, estimate]: 1 where the estimate belongs to the reference, else 0
  at::Tensor assignment;  ///< [batch, estimate], int64
};

/// Mixture invariant training (Wisdom et al., NeurIPS 2020): the references are single mixtures, the estimates stems
/// of their sum, and the best of all ways to add up the stems counts. Up to 2^20 ways (20 estimates of 2 mixtures, 12
/// of 3) are all tried, by way of inner products in double precision; of equals the first in lexicographic order wins.
/// Beyond, the least-squares solution is rounded and improved by moving single estimates, which may miss the best
/// way. Throws Error for shapes that do not fit, and for `allowed` beyond 2^20 ways.
[[nodiscard]] MixitLoss mixit(const at::Tensor& references, const at::Tensor& estimates,
                              const MixitOptions& options = {});

/// [batch]: how many stems there seem to be, from 1 (all sound is in one) to the number of stems (all equally loud):
/// the sum of their RMS values over the root of the sum of squares. Added to a loss it works against one source in many
/// stems (Wisdom et al., ICASSP 2021).
[[nodiscard]] at::Tensor sparsity(const at::Tensor& estimates);

/// A loss over the last axis of (reference, estimate), the others broadcast.
using PairLoss = std::function<at::Tensor(const at::Tensor& reference, const at::Tensor& estimate)>;

struct PermutationLoss {
  at::Tensor loss;         ///< [batch, source], in the order of the references
  at::Tensor estimates;    ///< the estimates in the order of the references
  at::Tensor permutation;  ///< [batch, source], int64: the estimate that each reference got
};

/// The losses in the order of the estimates that makes their sum least; of equals the first in lexicographic order.
/// Exact. Throws Error for shapes that do not fit, and for more than 20 sources.
[[nodiscard]] PermutationLoss permutation_invariant(const at::Tensor& references, const at::Tensor& estimates,
                                                    const PairLoss& pair_loss, const PermutationOptions& options = {});

struct SupervisedLoss {
  at::Tensor active;     ///< scalar: of the references that are heard
  at::Tensor silent;     ///< scalar: of those that are not. Training minimises the sum of both
  at::Tensor estimates;  ///< in the order of the references
};

/// Known sources, of which any may be silent: RMS at most 1e-8. Estimates are ordered by their log-MSE, without
/// limit. An estimate of silence is measured against the loudness of the mixture [batch, sample]. Both parts are
/// divided by batch x source. Throws Error for shapes and lists that do not fit.
[[nodiscard]] SupervisedLoss supervised_loss(const at::Tensor& references, const at::Tensor& estimates,
                                             const at::Tensor& mixtures, const SupervisedOptions& options = {});

}  // namespace veery
