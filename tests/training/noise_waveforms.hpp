#pragma once
// Waveforms for losses, and whether their gradients are right.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "separation/goldens.hpp"

namespace veery::test {

/// Gaussian noise in double precision, the same for the same seed.
inline at::Tensor noise(const std::vector<std::int64_t>& shape, std::uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::kDouble);
}

/// The row of values [1, 1, sample] or [1, source, sample] in double precision.
inline at::Tensor rows(const std::vector<std::vector<double>>& values) {
  std::vector<at::Tensor> tensors;
  for (const auto& row : values) tensors.push_back(at::tensor(row, at::kDouble));
  return at::stack(tensors).unsqueeze(0);
}

/// One of the arrays in golden/separation/losses.
inline at::Tensor golden_loss(const std::string& name) {
  return read_tensor(shared_goldens() / "losses" / (name + ".npy"));
}

/// The largest difference between the gradient of a scalar function and central differences.
inline double gradient_error(const std::function<at::Tensor(const at::Tensor&)>& function, const at::Tensor& at) {
  constexpr double kStep = 1e-6;
  const at::Tensor point = at.clone().requires_grad_(true);
  function(point).backward();
  double largest = 0;
  for (std::int64_t i = 0; i < at.numel(); ++i) {
    const at::Tensor step = at::zeros_like(at);
    step.view({-1})[i] = kStep;
    const double difference = (function(at + step) - function(at - step)).item<double>() / (2 * kStep);
    largest = std::max(largest, std::abs(difference - point.grad().view({-1})[i].item<double>()));
  }
  return largest;
}

}  // namespace veery::test
