#pragma once
// Levels of stems, and the one gain that lets all of them fit integers.
#include <cstdint>
#include <span>
#include <vector>

#include <veery/outputs/stem_files.hpp>

namespace veery {

/// Extremes and energy of one stem.
class StemMeter {
 public:
  /// False when one of the samples is NaN or infinite.
  [[nodiscard]] bool add(std::span<const float> samples);

  [[nodiscard]] float lowest() const { return lowest_; }
  [[nodiscard]] float highest() const { return highest_; }
  [[nodiscard]] StemLevel level() const;

 private:
  float lowest_ = 0.0F;
  float highest_ = 0.0F;
  double energy_ = 0.0;
  std::int64_t samples_ = 0;
};

/// The largest power of two, 1 at most, with which every sample rounds to an integer of `bits` bits.
[[nodiscard]] double common_gain(std::span<const StemMeter> meters, int bits);

}  // namespace veery
