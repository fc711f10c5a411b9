#include "audio/polyphase_resampler.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace veery {
namespace {

constexpr double kKaiserBeta = 5.0;
constexpr std::int64_t kTapsPerSide = 10;  ///< times max(up, down)

double windowed_sinc(std::int64_t offset, std::int64_t half, double cutoff) {
  const double x = std::numbers::pi * cutoff * static_cast<double>(offset);
  const double sinc = offset == 0 ? 1.0 : std::sin(x) / x;
  const double place = static_cast<double>(offset) / static_cast<double>(half);
  const double arch = std::sqrt(std::max(0.0, 1.0 - place * place));
  return cutoff * sinc * std::cyl_bessel_i(0.0, kKaiserBeta * arch) / std::cyl_bessel_i(0.0, kKaiserBeta);
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

}  // namespace

std::vector<float> perch_taps(int up, int down) {
  const std::int64_t widest = std::max(up, down);
  const std::int64_t half = kTapsPerSide * widest;
  std::vector<double> taps(static_cast<std::size_t>(2 * half + 1));
  double gain = 0.0;
  for (std::int64_t i = -half; i <= half; ++i) {
    const double tap = windowed_sinc(i, half, 1.0 / static_cast<double>(widest));
    taps[static_cast<std::size_t>(i + half)] = tap;
    gain += tap;
  }
  std::vector<float> scaled(taps.size());
  std::transform(taps.begin(), taps.end(), scaled.begin(),
                 [&](double tap) { return static_cast<float>(tap / gain) * static_cast<float>(up); });
  return scaled;
}

PolyphaseResampler::PolyphaseResampler(int up, int down)
    : up_(up), down_(down), half_(kTapsPerSide * std::max(up, down)), taps_per_phase_((2 * half_ + up_) / up_) {
  const std::vector<float> taps = perch_taps(up, down);
  phases_.assign(static_cast<std::size_t>(up_ * taps_per_phase_), 0.0F);
  for (std::int64_t phase = 0; phase < up_; ++phase) {
    for (std::int64_t j = 0; phase + j * up_ < static_cast<std::int64_t>(taps.size()); ++j) {
      // Tap j weighs the j-th newest input sample: stored backwards, to run along the input.
      phases_[static_cast<std::size_t>(phase * taps_per_phase_ + taps_per_phase_ - 1 - j)] =
          taps[static_cast<std::size_t>(phase + j * up_)];
    }
  }
  pending_start_ = -taps_per_phase_;
  pending_.assign(static_cast<std::size_t>(taps_per_phase_), 0.0F);
}

void PolyphaseResampler::produce(std::int64_t end, std::vector<float>& output) {
  const std::int64_t known = pending_start_ + static_cast<std::int64_t>(pending_.size());
  for (; given_ < end; ++given_) {
    const std::int64_t newest = floor_div(given_ * down_ + half_, up_);
    if (newest >= known) break;
    const std::int64_t phase = given_ * down_ + half_ - newest * up_;
    const float* taps = phases_.data() + phase * taps_per_phase_;
    const float* input = pending_.data() + (newest - taps_per_phase_ + 1 - pending_start_);
    double sum = 0.0;
    for (std::int64_t j = 0; j < taps_per_phase_; ++j)
      sum += static_cast<double>(taps[j]) * static_cast<double>(input[j]);
    output.push_back(static_cast<float>(sum));
  }
  const std::int64_t oldest = floor_div(given_ * down_ + half_, up_) - taps_per_phase_ + 1;
  const std::int64_t spent = std::min(std::max<std::int64_t>(oldest - pending_start_, 0), known - pending_start_);
  pending_.erase(pending_.begin(), pending_.begin() + spent);
  pending_start_ += spent;
}

void PolyphaseResampler::push(std::span<const float> input, std::vector<float>& output) {
  taken_ += static_cast<std::int64_t>(input.size());
  pending_.insert(pending_.end(), input.begin(), input.end());
  produce((taken_ * up_ + down_ - 1) / down_, output);
}

void PolyphaseResampler::finish(std::vector<float>& output) {
  const std::int64_t wanted = (taken_ * up_ + down_ - 1) / down_;
  pending_.resize(pending_.size() + static_cast<std::size_t>(half_ / up_ + 2), 0.0F);
  produce(wanted, output);
}

}  // namespace veery
