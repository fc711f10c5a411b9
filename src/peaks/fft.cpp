#include "peaks/fft.hpp"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>

namespace veery {

void real_fft_rows(std::span<const float> rows, std::int64_t length, std::span<std::complex<float>> spectra) {
  const c10::InferenceMode no_gradients;
  const auto count = static_cast<std::int64_t>(rows.size()) / length;
  // from_blob wants a mutable pointer; the input of an FFT is only read.
  auto* input = const_cast<float*>(rows.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const at::Tensor frames = at::from_blob(input, {count, length}, at::kFloat);
  at::Tensor output = at::from_blob(spectra.data(), {count, length / 2 + 1}, at::kComplexFloat);
  at::_fft_r2c_out(output, frames, {1}, /*normalization=*/0, /*onesided=*/true);
}

}  // namespace veery
