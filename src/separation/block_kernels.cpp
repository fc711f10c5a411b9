#include "separation/block_kernels.hpp"

#include <algorithm>
#include <vector>

#include <veery/base/dispatch.hpp>

namespace veery::separation {
namespace {

inline float activated(float value, float slope) {
  return value > 0 ? value : slope * value;
}

/// A row of an example, or zeros beyond its ends: an activated zero is zero.
class Neighbours {
 public:
  Neighbours(const Rows& rows, const float* example)
      : rows_(rows), example_(example), zeros_(static_cast<std::size_t>(rows.channels)) {}

  [[nodiscard]] bool has(std::int64_t row) const { return row >= 0 && row < rows_.frames; }
  [[nodiscard]] const float* operator[](std::int64_t row) const {
    return has(row) ? example_ + row * rows_.channels : zeros_.data();
  }

 private:
  Rows rows_;
  const float* example_;
  std::vector<float> zeros_;
};

}  // namespace

VEERY_DISPATCH
void activated_moments(const Rows& rows, const float* __restrict values, float slope, float* __restrict mean,
                       float* __restrict variance) {
  const std::int64_t channels = rows.channels;
  const float share = 1.0F / static_cast<float>(rows.count);
  std::fill_n(mean, channels, 0.0F);
  std::fill_n(variance, channels, 0.0F);
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* __restrict from = values + row * channels;
    for (std::int64_t i = 0; i < channels; ++i) mean[i] += activated(from[i], slope);
  }
  for (std::int64_t i = 0; i < channels; ++i) mean[i] *= share;
  // Not the mean square minus the squared mean: that loses digits.
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* __restrict from = values + row * channels;
    for (std::int64_t i = 0; i < channels; ++i) {
      const float apart = activated(from[i], slope) - mean[i];
      variance[i] += apart * apart;
    }
  }
  for (std::int64_t i = 0; i < channels; ++i) variance[i] *= share;
}

VEERY_DISPATCH
void scale_activated(const Rows& rows, const float* __restrict values, float slope, const float* __restrict scale,
                     const float* __restrict shift, float* __restrict output) {
  const std::int64_t channels = rows.channels;
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* __restrict from = values + row * channels;
    float* __restrict to = output + row * channels;
    for (std::int64_t i = 0; i < channels; ++i) to[i] = activated(from[i], slope) * scale[i] + shift[i];
  }
}

VEERY_DISPATCH
void convolve_activated(const Rows& rows, const float* example, float slope, std::int64_t dilation,
                        const float* __restrict taps, const float* bases, float* output) {
  const std::int64_t channels = rows.channels;
  const Neighbours neighbours{rows, example};
  const float* __restrict tap_before = taps;
  const float* __restrict tap_here = taps + channels;
  const float* __restrict tap_after = taps + 2 * channels;
  for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
    const int exist = (neighbours.has(row - dilation) ? kBefore : 0) + (neighbours.has(row + dilation) ? kAfter : 0);
    const float* __restrict base = bases + exist * channels;
    const float* __restrict before = neighbours[row - dilation];
    const float* __restrict here = neighbours[row];
    const float* __restrict after = neighbours[row + dilation];
    float* __restrict to = output + row * channels;
    for (std::int64_t i = 0; i < channels; ++i) {
      to[i] = base[i] + tap_before[i] * activated(before[i], slope) + tap_here[i] * activated(here[i], slope) +
              tap_after[i] * activated(after[i], slope);
    }
  }
}

VEERY_DISPATCH
void spread_gradient(const Rows& rows, const float* gradient, std::int64_t dilation, const float* __restrict taps,
                     float* output) {
  const std::int64_t channels = rows.channels;
  const Neighbours neighbours{rows, gradient};
  const float* __restrict tap_before = taps;
  const float* __restrict tap_here = taps + channels;
  const float* __restrict tap_after = taps + 2 * channels;
  for (std::int64_t row = rows.first; row < rows.first + rows.count; ++row) {
    const float* __restrict before = neighbours[row - dilation];
    const float* __restrict here = neighbours[row];
    const float* __restrict after = neighbours[row + dilation];
    float* __restrict to = output + (row - rows.first) * channels;
    for (std::int64_t i = 0; i < channels; ++i)
      to[i] = tap_before[i] * after[i] + tap_here[i] * here[i] + tap_after[i] * before[i];
  }
}

VEERY_DISPATCH
void activation_gradient(const Rows& rows, const float* __restrict values, float slope, const float* __restrict offset,
                         const float* __restrict factor, float* __restrict gradient, float* __restrict slope_gradient) {
  const std::int64_t channels = rows.channels;
  for (std::int64_t row = 0; row < rows.count; ++row) {
    const float* __restrict from = values + row * channels;
    float* __restrict to = gradient + row * channels;
    for (std::int64_t i = 0; i < channels; ++i) {
      const float of_activated = to[i] + offset[i] + factor[i] * activated(from[i], slope);
      slope_gradient[i] += from[i] > 0 ? 0.0F : of_activated * from[i];
      to[i] = from[i] > 0 ? of_activated : of_activated * slope;
    }
  }
}

VEERY_DISPATCH
void tap_gradients(const Rows& rows, const float* gradient, const float* example, float slope,
                   const float* __restrict mean, std::int64_t dilation, float* sums, float* products) {
  const std::int64_t channels = rows.channels;
  for (int tap = 0; tap < 3; ++tap) {
    const std::int64_t offset = (tap - 1) * dilation;
    const std::int64_t first = std::max(rows.first, -offset);
    const std::int64_t end = std::min(rows.first + rows.count, rows.frames - offset);
    float* __restrict sum = sums + tap * channels;
    float* __restrict product = products + tap * channels;
    for (std::int64_t row = first; row < end; ++row) {
      const float* __restrict change = gradient + row * channels;
      const float* __restrict seen = example + (row + offset) * channels;
      for (std::int64_t i = 0; i < channels; ++i) {
        sum[i] += change[i];
        product[i] += change[i] * (activated(seen[i], slope) - mean[i]);
      }
    }
  }
}

}  // namespace veery::separation
