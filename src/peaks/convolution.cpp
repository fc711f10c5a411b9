#include "peaks/convolution.hpp"

#include <array>
#include <cstring>

#include "peaks/dispatch.hpp"

namespace veery {
namespace {

constexpr std::size_t kLanes = 8;
constexpr std::size_t kVectors = 8;
constexpr std::size_t kTile = kLanes * kVectors;
using Vector = double __attribute__((vector_size(kLanes * sizeof(double))));

/// kTile neighbouring outputs at once, their sums held in registers.
VEERY_DISPATCH void correlate_tiles(const double* signal, const double* kernel, std::size_t taps, double* output,
                                    std::size_t tiles) {
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    Vector sums[kVectors] = {};
    const double* start = signal + tile * kTile;
    for (std::size_t k = 0; k < taps; ++k) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) {
        Vector values;
        std::memcpy(&values, start + k + v * kLanes, sizeof values);
        sums[v] += kernel[k] * values;
      }
    }
    std::memcpy(output + tile * kTile, &sums, sizeof sums);
  }
}

}  // namespace

void correlate(std::span<const double> signal, std::span<const double> kernel, std::span<double> output) {
  const std::size_t tiles = output.size() / kTile;
  correlate_tiles(signal.data(), kernel.data(), kernel.size(), output.data(), tiles);
  for (std::size_t i = tiles * kTile; i < output.size(); ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < kernel.size(); ++k) sum += kernel[k] * signal[i + k];
    output[i] = sum;
  }
}

}  // namespace veery
