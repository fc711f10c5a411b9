#pragma once
// Mixture consistency: what the stems lack of the mixture is shared out among them.
#include <ATen/core/Tensor.h>

#include <veery/separation/tdcn.hpp>

namespace veery::separation {

/// Each source's share [batch, source] by its mean power.
[[nodiscard]] at::Tensor power_shares(const at::Tensor& stems, double floor);

/// Stems [batch, source, sample] that add up to the mixtures [batch, sample].
[[nodiscard]] at::Tensor share_out(const at::Tensor& stems, const at::Tensor& mixture, const at::Tensor& shares);

}  // namespace veery::separation
