#pragma once
// Whole soundscapes in memory, and the energy in their bands.
#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include <veery/synthesis/soundscape.hpp>

namespace veery::synthesis_test {

inline std::vector<float> render(const SoundscapeOptions& options, std::uint64_t number, std::size_t block = 8192) {
  SoundscapeStream stream{options, number};
  std::vector<float> samples(static_cast<std::size_t>(stream.samples()));
  for (std::size_t at = 0; at < samples.size(); at += block) {
    stream.read(std::span{samples}.subspan(at, std::min(block, samples.size() - at)));
  }
  return samples;
}

inline SoundscapeOptions without_birds(SoundscapeOptions options) {
  options.calls_per_minute = 0.0;
  return options;
}

/// Radix-2, in place.
inline void fourier(std::vector<std::complex<double>>& x) {
  const std::size_t n = x.size();
  if (n < 2) return;
  std::vector<std::complex<double>> even(n / 2);
  std::vector<std::complex<double>> odd(n / 2);
  for (std::size_t i = 0; i < n / 2; ++i) {
    even[i] = x[2 * i];
    odd[i] = x[2 * i + 1];
  }
  fourier(even);
  fourier(odd);
  const auto step = std::polar(1.0, -2.0 * std::numbers::pi / static_cast<double>(n));
  std::complex<double> twiddle = 1.0;
  for (std::size_t i = 0; i < n / 2; ++i) {
    const auto turned = twiddle * odd[i];
    x[i] = even[i] + turned;
    x[i + n / 2] = even[i] - turned;
    twiddle *= step;
  }
}

/// Mean power of `samples` in a band; `hann` keeps strong low frequencies from leaking into it.
inline double band_power(std::span<const float> samples, int rate_hz, double low_hz, double high_hz, bool hann) {
  std::vector<std::complex<double>> x(std::bit_ceil(samples.size()));
  const auto count = static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = 2.0 * std::numbers::pi * (static_cast<double>(i) + 0.5) / count;
    x[i] = double{samples[i]} * (hann ? std::sqrt(2.0 / 3.0) * (1.0 - std::cos(phase)) : 1.0);
  }
  fourier(x);
  const auto size = static_cast<double>(x.size());
  double power = 0.0;
  for (std::size_t bin = 0; bin <= x.size() / 2; ++bin) {
    const double hz = static_cast<double>(bin) * rate_hz / size;
    const double twice = bin == 0 || bin == x.size() / 2 ? 1.0 : 2.0;
    if (hz >= low_hz && hz <= high_hz) power += twice * std::norm(x[bin]) / (size * count);
  }
  return power;
}

/// The same for long, steady noise: the mean of short pieces.
inline double steady_band_power(std::span<const float> samples, int rate_hz, double low_hz, double high_hz) {
  constexpr std::size_t kPiece = 16384;
  double sum = 0.0;
  std::size_t pieces = 0;
  for (; (pieces + 1) * kPiece <= samples.size(); ++pieces) {
    sum += band_power(samples.subspan(pieces * kPiece, kPiece), rate_hz, low_hz, high_hz, true);
  }
  return sum / static_cast<double>(pieces);
}

inline double mean_power(std::span<const float> samples) {
  double sum = 0.0;
  for (const float sample : samples) sum += double{sample} * double{sample};
  return sum / static_cast<double>(samples.size());
}

inline double decibels(double power) {
  return 10.0 * std::log10(power);
}

}  // namespace veery::synthesis_test
