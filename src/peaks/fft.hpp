#pragma once
// Real FFTs of many rows at once (LibTorch, which carries MKL): the only use of LibTorch in this module.
#include <complex>
#include <cstdint>
#include <span>

namespace veery {

/// rows: [count, length] float, spectra: [count, length / 2 + 1]. Runs on the calling thread alone when
/// LibTorch's thread count is one.
void real_fft_rows(std::span<const float> rows, std::int64_t length, std::span<std::complex<float>> spectra);

}  // namespace veery
