#include "synthesis/background.hpp"

#include <algorithm>

#include "synthesis/call_plan.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {

Background::Background(const SoundscapeOptions& options, std::uint64_t recording_number)
    : weather_(draw_weather(options, recording_seed(options, recording_number, SeedPurpose::kWeather))) {
  const std::uint64_t noise_seed = recording_seed(options, recording_number, SeedPurpose::kNoise);
  for (const NoiseLayer& layer : weather_) shares_.emplace_back(layer.first, layer.second, options.sample_rate_hz);
  for (std::size_t first = 0; first < kLayers; first += kLanes) {
    const auto layers = std::span<const NoiseLayer>{weather_}.subspan(first).first<kLanes>();
    lanes_.emplace_back(layers, options.sample_rate_hz, seed_below(noise_seed, first));
  }
}

double Background::band_power(double start_s, double end_s, double low_hz, double high_hz) const {
  constexpr double kStep_s = 0.1;
  const int moments = 1 + static_cast<int>((end_s - start_s) / kStep_s);
  double sum = 0.0;
  for (std::size_t i = 0; i < kLayers; ++i) {
    const NoiseLayer& layer = weather_[i];
    if (layer.rms <= 0.0) continue;
    double swell = 0.0;
    for (int k = 0; k < moments; ++k) {
      swell += swell_power(layer.swell, start_s + (end_s - start_s) * (k + 0.5) / moments) / moments;
    }
    sum += layer.rms * layer.rms * swell * shares_[i].in_band(low_hz, high_hz);
  }
  return std::max(sum, 1e-15);
}

void Background::next_frame(std::span<float, kFrameSamples> frame) {
  std::fill(frame.begin(), frame.end(), 0.0F);
  for (NoiseLanes& lanes : lanes_) lanes.add_frame(frames_, frame);
  ++frames_;
}

}  // namespace veery::synthesis
