#include "spectrogram/levels.hpp"

#include <kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>

namespace veery {
namespace {

constexpr int kLowRateHz = 24'000;

std::vector<float> hann(std::size_t length) {
  std::vector<float> window(length);
  for (std::size_t i = 0; i < length; ++i) {
    const double phase = 2.0 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(length);
    window[i] = static_cast<float>(0.5 - 0.5 * std::cos(phase));
  }
  return window;
}

/// Power spectra of windows around given samples.
class Spectrum {
 public:
  Spectrum(std::span<const float> samples, std::size_t length)
      : samples_(samples),
        window_(hann(length)),
        windowed_(length),
        bins_(length / 2 + 1),
        power_(length / 2 + 1),
        plan_(kiss_fftr_alloc(static_cast<int>(length), 0, nullptr, nullptr), release),
        full_scale_(0.5F * std::accumulate(window_.begin(), window_.end(), 0.0F)) {}

  /// Re a sine of full scale; until the next call.
  std::span<const float> around(std::ptrdiff_t middle) {
    const auto length = static_cast<std::ptrdiff_t>(window_.size());
    const auto end = static_cast<std::ptrdiff_t>(samples_.size());
    for (std::ptrdiff_t i = 0; i < length; ++i) {
      const std::ptrdiff_t at = middle - length / 2 + i;
      const float sample = at >= 0 && at < end ? samples_[static_cast<std::size_t>(at)] : 0.0F;
      const auto place = static_cast<std::size_t>(i);
      windowed_[place] = std::isfinite(sample) ? sample * window_[place] : 0.0F;
    }
    kiss_fftr(plan_.get(), windowed_.data(), bins_.data());
    std::transform(bins_.begin(), bins_.end(), power_.begin(), [this](const kiss_fft_cpx& bin) {
      return (bin.r * bin.r + bin.i * bin.i) / (full_scale_ * full_scale_);
    });
    return power_;
  }

 private:
  static void release(kiss_fftr_cfg plan) { kiss_fftr_free(plan); }

  std::span<const float> samples_;
  std::vector<float> window_;
  std::vector<float> windowed_;
  std::vector<kiss_fft_cpx> bins_;
  std::vector<float> power_;
  std::unique_ptr<kiss_fftr_state, void (*)(kiss_fftr_cfg)> plan_;
  float full_scale_;  ///< the amplitude that a sine of full scale has
};

/// Bins that a row of pixels covers, at least one: the nearest.
struct BinRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

std::vector<BinRange> bins_of_rows(const PixelGrid& grid, double bin_hz, std::size_t bins) {
  std::vector<BinRange> ranges(static_cast<std::size_t>(grid.height));
  const double row_bins = grid.top_hz / grid.height / bin_hz;
  for (std::size_t row = 0; row < ranges.size(); ++row) {
    const double low = row_bins * static_cast<double>(ranges.size() - 1 - row);
    const auto first = static_cast<std::size_t>(std::ceil(low));
    const auto end = static_cast<std::size_t>(std::ceil(low + row_bins));
    const auto nearest = std::min(static_cast<std::size_t>(std::lround(low + row_bins / 2.0)), bins - 1);
    ranges[row] = first < end && end <= bins ? BinRange{first, end} : BinRange{nearest, nearest + 1};
  }
  return ranges;
}

}  // namespace

std::vector<float> pixel_levels(std::span<const float> samples, int sample_rate_hz, const PixelGrid& grid) {
  const std::size_t length = sample_rate_hz < kLowRateHz ? 512 : 1024;
  Spectrum spectrum{samples, length};
  const double bin_hz = static_cast<double>(sample_rate_hz) / static_cast<double>(length);
  const std::vector<BinRange> rows = bins_of_rows(grid, bin_hz, length / 2 + 1);
  const auto width = static_cast<std::size_t>(grid.width);
  std::vector<float> levels(rows.size() * width);
  for (std::size_t column = 0; column < width; ++column) {
    const double middle_s = (static_cast<double>(column) + 0.5) / grid.pixels_per_second;
    const std::span<const float> power = spectrum.around(std::lround(middle_s * sample_rate_hz));
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const auto covered = power.subspan(rows[row].first, rows[row].end - rows[row].first);
      levels[row * width + column] = 10.0F * std::log10(*std::max_element(covered.begin(), covered.end()));
    }
  }
  return levels;
}

}  // namespace veery
