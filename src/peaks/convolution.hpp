#pragma once
#include <cstddef>
#include <span>

namespace veery {

/// output[i] = Σ_k kernel[k] · signal[i + k]; `signal` holds output.size() + kernel.size() − 1 values.
/// Direct summation in float64: exact zeros stay exact, which an FFT would not keep.
void correlate(std::span<const double> signal, std::span<const double> kernel, std::span<double> output);

}  // namespace veery
