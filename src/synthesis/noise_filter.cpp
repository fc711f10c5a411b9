#include "synthesis/noise_filter.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/portable_math.hpp"

namespace veery::synthesis {
namespace {

constexpr std::size_t kBins = 2048;

/// tan(pi f / rate): frequency as the trapezoidal rule sees it.
double warp(double frequency_hz, int sample_rate_hz) {
  const auto [sine, cosine] = sine_cosine(std::numbers::pi * frequency_hz / sample_rate_hz);
  return sine / cosine;
}

FilterCoefficients integrators(double cutoff_hz, double quality, int sample_rate_hz) {
  FilterCoefficients filter;
  filter.g = warp(std::min(cutoff_hz, 0.45 * sample_rate_hz), sample_rate_hz);
  filter.k = 1.0 / quality;
  filter.a1 = 1.0 / (1.0 + filter.g * (filter.g + filter.k));
  filter.a2 = filter.g * filter.a1;
  filter.a3 = filter.g * filter.a2;
  return filter;
}

/// |H|² at the warped frequency: H = m0 + (m1 s + m2) / (s² + k s + 1), s = j x.
double power_gain(const FilterCoefficients& filter, double warped) {
  const double x = warped / filter.g;
  const double real = 1.0 - x * x;
  const double imaginary = filter.k * x;
  const double above_real = filter.m0 * real + filter.m2;
  const double above_imaginary = filter.m0 * imaginary + filter.m1 * x;
  return (above_real * above_real + above_imaginary * above_imaginary) / (real * real + imaginary * imaginary);
}

}  // namespace

FilterCoefficients pass_all() {
  return {};
}

FilterCoefficients low_pass(double cutoff_hz, double quality, int sample_rate_hz) {
  FilterCoefficients filter = integrators(cutoff_hz, quality, sample_rate_hz);
  filter.m0 = 0.0;
  filter.m2 = 1.0;
  return filter;
}

FilterCoefficients high_pass(double cutoff_hz, double quality, int sample_rate_hz) {
  FilterCoefficients filter = integrators(cutoff_hz, quality, sample_rate_hz);
  filter.m1 = -filter.k;
  filter.m2 = -1.0;
  return filter;
}

FilterCoefficients band_pass(double centre_hz, double quality, int sample_rate_hz) {
  FilterCoefficients filter = integrators(centre_hz, quality, sample_rate_hz);
  filter.m0 = 0.0;
  filter.m1 = filter.k;
  return filter;
}

PowerShares::PowerShares(const FilterCoefficients& first, const FilterCoefficients& second, int sample_rate_hz)
    : nyquist_hz_(0.5 * sample_rate_hz), below_(kBins + 1) {
  const auto edge = [](std::size_t i) {
    const double x = static_cast<double>(i) / static_cast<double>(kBins);
    return x * x;
  };
  for (std::size_t i = 0; i < kBins; ++i) {
    const double warped = warp(nyquist_hz_ * 0.5 * (edge(i) + edge(i + 1)), sample_rate_hz);
    below_[i + 1] = below_[i] + power_gain(first, warped) * power_gain(second, warped) * (edge(i + 1) - edge(i));
  }
}

double PowerShares::below(double frequency_hz) const {
  const double at = std::sqrt(std::clamp(frequency_hz / nyquist_hz_, 0.0, 1.0)) * static_cast<double>(kBins);
  const auto bin = std::min(static_cast<std::size_t>(at), kBins - 1);
  return below_[bin] + (at - static_cast<double>(bin)) * (below_[bin + 1] - below_[bin]);
}

double PowerShares::in_band(double low_hz, double high_hz) const {
  return (below(high_hz) - below(low_hz)) / below_.back();
}

}  // namespace veery::synthesis
