#pragma once
// The passes of a block that are no matrix products. Rows are frames, [row][channel], of one example; `slope` is that
// of a PReLU, which is applied to what is read: activations are never stored. Pure functions, on any thread.
#include <cstdint>

namespace veery::separation {

/// Rows first … first + count - 1 of an example's `frames`.
struct Rows {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t frames = 0;
  std::int64_t channels = 0;
};

/// Where a row's neighbours `dilation` rows away exist: the index of an array of four.
inline constexpr int kBefore = 1;
inline constexpr int kAfter = 2;

/// Mean and biased variance of each channel of `values`, which begins at the first row.
void activated_moments(const Rows& rows, const float* values, float slope, float* mean, float* variance);

/// output = activated · scale + shift, both arrays beginning at the first row.
void scale_activated(const Rows& rows, const float* values, float slope, const float* scale, const float* shift,
                     float* output);

/// output row = bases[which neighbours exist] + Σ taps[t] · activated row at (t - 1) · dilation.
/// `example` and `output` begin at row 0 of the example; `bases` is [4][channel], `taps` [3][channel].
void convolve_activated(const Rows& rows, const float* example, float slope, std::int64_t dilation, const float* taps,
                        const float* bases, float* output);

/// The same sum the other way round, of gradients: output row = Σ taps[t] · gradient row at (1 - t) · dilation.
/// `output` begins at the first row.
void spread_gradient(const Rows& rows, const float* gradient, std::int64_t dilation, const float* taps, float* output);

/// Through a normalisation, whose part in the gradient is offset + factor · activated, and a PReLU:
/// gradient = (gradient + offset + factor · activated) · slope where values ≤ 0. Adds to `slope_gradient` [channel].
void activation_gradient(const Rows& rows, const float* values, float slope, const float* offset, const float* factor,
                         float* gradient, float* slope_gradient);

/// Adds to sums[t] [3][channel] the gradient where a tap's row exists, and to products[t] that times (activated - mean)
/// of the tap's row. Both arrays begin at row 0 of the example.
void tap_gradients(const Rows& rows, const float* gradient, const float* example, float slope, const float* mean,
                   std::int64_t dilation, float* sums, float* products);

}  // namespace veery::separation
