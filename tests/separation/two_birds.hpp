#pragma once
// Two birds whose true stems are known, and a network stand-in that separates them window by window: right in
// substance, but with its outputs in a new order each time and the hiss dealt out at random.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include <veery/separation/stitcher.hpp>

namespace veery::test {

constexpr int kBirdRate_hz = 8000;

struct TwoBirds {
  at::Tensor birds;    ///< [bird, sample]: chirps within 900 to 1500 Hz and within 2300 to 3100 Hz
  at::Tensor mixture;  ///< [sample]: the birds and hiss, 60 dB below them
};

/// Each bird sings for 2 to 25 s, then pauses for 3 to 45 s: longer than a window.
[[nodiscard]] TwoBirds two_birds(std::int64_t seconds, std::uint64_t seed);

/// Splits a window into two bands by FFT, as if it were periodic: like a network it errs at the ends. Where a bird
/// is silent its band is hiss too. Outputs: the birds, each with a random bleed of the hiss, and two random shares
/// of the hiss, in random order. They add up to the window.
class ShufflingSplitter {
 public:
  explicit ShufflingSplitter(unsigned seed) : random_(seed) {}

  [[nodiscard]] at::Tensor operator()(const at::Tensor& window);  ///< [sample] → [4, sample]

 private:
  std::mt19937 random_;
};

struct Separated {
  at::Tensor stems;  ///< [stem, sample]
  std::vector<Seam> seams;
};

/// All windows through `model` ([sample] → [source, sample]) and a Stitcher.
[[nodiscard]] Separated separate(const at::Tensor& mixture, int sample_rate_hz, const WindowOptions& options,
                                 std::int64_t sources, const std::function<at::Tensor(const at::Tensor&)>& model);

/// Second → the stem that resembles the bird most, where it sings; the others are left out.
[[nodiscard]] std::vector<int> stems_of(const at::Tensor& bird, const at::Tensor& stems);
/// How often that changes.
[[nodiscard]] int swaps(const std::vector<int>& stems);

}  // namespace veery::test
