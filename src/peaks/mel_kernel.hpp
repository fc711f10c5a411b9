#pragma once
// The inner loops of the mel spectrogram, compiled for several instruction sets and chosen at run time.
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <veery/peaks/mel_spectrogram.hpp>

namespace veery {

/// Bands laid out for vectors: each padded with zero weights to whole groups of kLanes bins.
class MelKernel {
 public:
  MelKernel(int sample_rate_hz, std::int64_t bins, double scale);

  /// One frame: spectrum of `bins` values → kMelBands log-mel values.
  void log_mel(std::span<const std::complex<float>> spectrum, float* output);

 private:
  static constexpr std::size_t kLanes = 16;
  struct Band {
    std::size_t first_bin;
    std::size_t first_weight;
    std::size_t groups;
  };
  std::size_t first_bin_ = 0;  ///< bins outside [first_bin_, last_bin_) carry no weight
  std::size_t last_bin_ = 0;
  std::vector<Band> bands_;
  std::vector<float> weights_;
  std::vector<float> magnitudes_;
};

/// output[i] = frame[i] · window[i].
void apply_window(const float* frame, const float* window, float* output, std::size_t count);

}  // namespace veery
