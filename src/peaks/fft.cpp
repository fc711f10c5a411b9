#include "peaks/fft.hpp"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <veery/peaks/peak_finder.hpp>

namespace veery {

void set_fft_threads(int threads) {
  at::set_num_threads(threads);
}

void real_fft_rows(std::span<const float> rows, std::int64_t length,
                   const std::function<void(std::span<const std::complex<float>>)>& use) {
  const c10::InferenceMode no_gradients;
  const auto count = static_cast<std::int64_t>(rows.size()) / length;
  // from_blob wants a mutable pointer; the input of an FFT is only read.
  auto* input = const_cast<float*>(rows.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const at::Tensor frames = at::from_blob(input, {count, length}, at::kFloat);
  const at::Tensor spectra = at::_fft_r2c(frames, {1}, /*normalization=*/0, /*onesided=*/true).contiguous();
  const auto* values = reinterpret_cast<const std::complex<float>*>(spectra.const_data_ptr<c10::complex<float>>());
  use({values, static_cast<std::size_t>(spectra.numel())});
}

}  // namespace veery
