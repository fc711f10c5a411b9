#include "separation/stem_output.hpp"

#include <algorithm>
#include <cmath>

namespace veery {

double Residual::level_db() const {
  constexpr double kFloor = 1e-10;  // 200 dB below
  if (mixture_rms <= 0.0) return rms > 0.0 ? 200.0 : -200.0;
  return 20.0 * std::log10(std::clamp(rms / mixture_rms, kFloor, 1.0 / kFloor));
}

namespace separation {

void ResidualMeter::add(const StemBlock& stems, std::span<const float> mixture) {
  for (std::size_t i = 0; i < mixture.size(); ++i) {
    const double wanted = static_cast<double>(mixture[i]);
    double missing = wanted;
    for (const std::vector<float>& stem : stems) missing -= static_cast<double>(stem[i]);
    peak_ = std::max(peak_, std::abs(missing));
    missing_ += missing * missing;
    mixture_ += wanted * wanted;
  }
  samples_ += static_cast<std::int64_t>(mixture.size());
}

Residual ResidualMeter::result() const {
  const auto samples = static_cast<double>(std::max<std::int64_t>(samples_, 1));
  return {peak_, std::sqrt(missing_ / samples), std::sqrt(mixture_ / samples)};
}

StemOutput::StemOutput(std::int64_t sources, int model_rate_hz, int output_rate_hz, const StemSink& sink)
    : sink_(sink), sources_(sources) {
  if (model_rate_hz == output_rate_hz) return;
  for (std::int64_t source = 0; source < sources; ++source) {
    resamplers_.push_back(make_resampler(ResamplerKind::soxr_hq, model_rate_hz, output_rate_hz));
  }
}

void StemOutput::add(const StemBlock& stems) {
  StemBlock output(stems.size());
  for (std::size_t source = 0; source < stems.size(); ++source) {
    if (resamplers_.empty()) {
      output[source] = stems[source];
    } else {
      resamplers_[source]->push(stems[source], output[source]);
    }
  }
  pass_on(output);
}

void StemOutput::finish() {
  StemBlock output(static_cast<std::size_t>(sources_));
  for (std::size_t source = 0; source < resamplers_.size(); ++source) resamplers_[source]->finish(output[source]);
  // A length that was rounded twice can be a sample short.
  for (std::vector<float>& stem : output) {
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(length_ - samples_, 0));
    if (stem.size() < wanted) stem.resize(wanted);
  }
  pass_on(output);
}

void StemOutput::pass_on(StemBlock& stems) {
  std::size_t count = stems.front().size();
  if (length_ >= 0) count = std::min(count, static_cast<std::size_t>(std::max<std::int64_t>(length_ - samples_, 0)));
  if (count == 0) return;
  for (std::vector<float>& stem : stems) stem.resize(count);
  samples_ += static_cast<std::int64_t>(count);
  sink_(stems);
}

}  // namespace separation
}  // namespace veery
