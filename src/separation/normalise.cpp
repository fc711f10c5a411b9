#include "separation/normalise.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace veery::separation {

at::Tensor normalise(const at::Tensor& values, at::IntArrayRef axes, const at::Tensor& gamma, const at::Tensor& beta) {
  constexpr double kEpsilon = 1e-3;  // Keras's default, not PyTorch's
  const at::Tensor mean = values.mean(axes, /*keepdim=*/true);
  const at::Tensor centred = values - mean;
  const at::Tensor variance = (centred * centred).mean(axes, /*keepdim=*/true);
  return at::addcmul(beta, centred, at::rsqrt(variance + kEpsilon) * gamma);
}

}  // namespace veery::separation
