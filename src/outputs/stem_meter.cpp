#include "outputs/stem_meter.hpp"

#include <algorithm>
#include <cmath>

namespace veery {

bool StemMeter::add(std::span<const float> samples) {
  for (const float sample : samples) {
    if (!std::isfinite(sample)) return false;
    lowest_ = std::min(lowest_, sample);
    highest_ = std::max(highest_, sample);
    energy_ += static_cast<double>(sample) * static_cast<double>(sample);
  }
  samples_ += static_cast<std::int64_t>(samples.size());
  return true;
}

StemLevel StemMeter::level() const {
  StemLevel level;
  level.peak = static_cast<double>(std::max(highest_, -lowest_));
  if (energy_ > 0.0) level.rms_dbfs = 10.0 * std::log10(energy_ / static_cast<double>(samples_));
  return level;
}

double common_gain(std::span<const StemMeter> meters, int bits) {
  const double full_scale = std::ldexp(1.0, bits - 1);
  const auto fits = [&](const StemMeter& meter, double gain) {
    return std::nearbyint(static_cast<double>(meter.highest()) * gain * full_scale) <= full_scale - 1.0 &&
           std::nearbyint(static_cast<double>(meter.lowest()) * gain * full_scale) >= -full_scale;
  };
  double gain = 1.0;
  for (const StemMeter& meter : meters) {
    while (!fits(meter, gain)) gain /= 2.0;
  }
  return gain;
}

}  // namespace veery
