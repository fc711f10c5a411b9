#include "peaks/convolution.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include <veery/base/dispatch.hpp>

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
    std::array<Vector, kVectors> sums{};
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
  const std::size_t done = tiles * kTile;
  if (done == output.size()) return;
  // The rest in a tile of its own: every output is rounded alike, wherever a block happens to end.
  std::vector<double> rest(kTile + kernel.size() - 1, 0.0);
  std::copy(signal.begin() + static_cast<std::ptrdiff_t>(done), signal.end(), rest.begin());
  std::array<double, kTile> last{};
  correlate_tiles(rest.data(), kernel.data(), kernel.size(), last.data(), 1);
  std::copy_n(last.begin(), output.size() - done, output.begin() + static_cast<std::ptrdiff_t>(done));
}

}  // namespace veery
