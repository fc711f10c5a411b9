#include "training/log_mse.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <veery/training/losses.hpp>

namespace veery {

at::Tensor log_mse(const at::Tensor& reference, const at::Tensor& estimate, double max_snr_db, const at::Tensor& bias) {
  const at::Tensor difference = reference - estimate;
  at::Tensor error = (difference * difference).sum(-1);
  if (const double factor = training::bias_factor(max_snr_db); factor > 0) {
    const at::Tensor& loud = bias.defined() ? bias : reference;
    error = error + factor * (loud * loud).sum(-1);
  }
  return 10 * at::log10(error + training::kErrorFloor);
}

}  // namespace veery
