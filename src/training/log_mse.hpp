#pragma once
// The constants of log-MSE, for those who evaluate it without tensors.
#include <cmath>

namespace veery::training {

inline constexpr double kErrorFloor = 1e-8;

/// What a bias of energy 1 adds to the squared error; 0 for an infinite SNR.
inline double bias_factor(double max_snr_db) {
  return std::pow(10.0, -max_snr_db / 10.0);
}

}  // namespace veery::training
