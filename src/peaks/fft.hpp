#pragma once
// Real FFTs of many rows at once (LibTorch, which carries MKL): the only use of LibTorch in this module.
#include <complex>
#include <cstdint>
#include <functional>
#include <span>

namespace veery {

/// Transforms rows [count, length] and hands the spectra [count, length / 2 + 1] to `use`, which must not
/// keep them. Runs on the calling thread alone when LibTorch's thread count is one.
void real_fft_rows(std::span<const float> rows, std::int64_t length,
                   const std::function<void(std::span<const std::complex<float>>)>& use);

}  // namespace veery
