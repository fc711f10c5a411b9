#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <veery/training/losses.hpp>

namespace veery {

at::Tensor sparsity(const at::Tensor& estimates) {
  constexpr double kLeastPower = 1e-8;  // keeps the root's gradient finite in silence
  const at::Tensor powers = (estimates * estimates).mean(-1) + kLeastPower;
  return at::sqrt(powers).sum(-1) / at::sqrt(powers.sum(-1));
}

}  // namespace veery
