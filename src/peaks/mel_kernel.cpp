#include "peaks/mel_kernel.hpp"

#include <algorithm>
#include <bit>

#include <veery/base/dispatch.hpp>

namespace veery {
namespace {

constexpr float kFloor = 0.01F;
constexpr float kLogScale = 0.1F;

VEERY_DISPATCH void magnitudes(const float* spectrum, float* output, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const float re = spectrum[2 * i];
    const float im = spectrum[2 * i + 1];
    output[i] = __builtin_sqrtf(re * re + im * im);
  }
}

VEERY_DISPATCH float weighted_sum(const float* weights, const float* values, std::size_t count) {
  float sum = 0.0F;
  for (std::size_t i = 0; i < count; ++i) sum += weights[i] * values[i];
  return sum;
}

/// Natural logarithm of a positive normal number to 1 ulp: the polynomial of Cephes' logf (S. L. Moshier).
inline float natural_log(float value) {
  constexpr std::int32_t kSqrtHalf = 0x3F3504F3;
  const auto bits = std::bit_cast<std::int32_t>(value);
  const std::int32_t exponent = (bits - kSqrtHalf) >> 23;
  const float x = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
  const float e = static_cast<float>(exponent);
  float p = 7.0376836292E-2F;
  p = p * x - 1.1514610310E-1F;
  p = p * x + 1.1676998740E-1F;
  p = p * x - 1.2420140846E-1F;
  p = p * x + 1.4249322787E-1F;
  p = p * x - 1.6668057665E-1F;
  p = p * x + 2.0000714765E-1F;
  p = p * x - 2.4999993993E-1F;
  p = p * x + 3.3333331174E-1F;
  const float square = x * x;
  float y = p * x * square;
  y += e * -2.12194440e-4F;
  y -= 0.5F * square;
  return x + y + e * 0.693359375F;
}

VEERY_DISPATCH void scaled_logs(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = kLogScale * natural_log(values[i] > kFloor ? values[i] : kFloor);
  }
}

VEERY_DISPATCH void multiply(const float* a, const float* b, float* output, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) output[i] = a[i] * b[i];
}

}  // namespace

MelKernel::MelKernel(int sample_rate_hz, std::int64_t bins, double scale) : first_bin_(static_cast<std::size_t>(bins)) {
  for (const MelBand& band : mel_bands(sample_rate_hz, bins)) {
    const std::size_t groups = (band.weights.size() + kLanes - 1) / kLanes;
    const auto first = static_cast<std::size_t>(band.first_bin);
    bands_.push_back({first, weights_.size(), groups});
    for (const float weight : band.weights) weights_.push_back(static_cast<float>(static_cast<double>(weight) * scale));
    weights_.resize(bands_.back().first_weight + groups * kLanes, 0.0F);
    if (groups == 0) continue;
    first_bin_ = std::min(first_bin_, first);
    last_bin_ = std::max(last_bin_, first + band.weights.size());
  }
  magnitudes_.assign(static_cast<std::size_t>(bins) + kLanes, 0.0F);
}

void MelKernel::log_mel(std::span<const std::complex<float>> spectrum, float* output) {
  if (last_bin_ > first_bin_) {
    const auto* values = reinterpret_cast<const float*>(spectrum.data() + first_bin_);
    magnitudes(values, magnitudes_.data() + first_bin_, last_bin_ - first_bin_);
  }
  for (std::size_t j = 0; j < bands_.size(); ++j) {
    const Band& band = bands_[j];
    output[j] =
        weighted_sum(weights_.data() + band.first_weight, magnitudes_.data() + band.first_bin, band.groups * kLanes);
  }
  scaled_logs(output, bands_.size());
}

void apply_window(const float* frame, const float* window, float* output, std::size_t count) {
  multiply(frame, window, output, count);
}

}  // namespace veery
