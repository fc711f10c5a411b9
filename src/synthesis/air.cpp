#include "synthesis/air.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {

double air_gain(double frequency_hz, double distance_m) {
  // A parabola near ISO 9613-1 at 15 °C and 70 % humidity: 0.03 dB/m at 4 kHz, 0.09 dB/m at 8 kHz.
  const double khz = 1e-3 * frequency_hz;
  return amplitude_of_db(-distance_m * khz * (0.003 + 0.0011 * khz));
}

void add_echoes(std::span<const float> dry, int sample_rate_hz, double distance_m, std::uint64_t seed,
                std::span<float> wet) {
  // Sparse echoes of random sign under an exponential decay sound like a dense tail: "velvet noise"
  // (Karjalainen and Järveläinen, AES 2007).
  constexpr int kEchoes = 14;
  constexpr double kDecay_db = -24.0;
  Random random{seed};
  const double first_db = -20.0 + 6.0 * std::min(distance_m / 60.0, 1.0);
  const double slot_s = (kEcho_s - 0.01) / kEchoes;
  for (int i = 0; i < kEchoes; ++i) {
    const double delay_s = 0.008 + slot_s * (i + random.uniform());
    const double level_db = first_db + kDecay_db * delay_s / kEcho_s;
    const auto gain = static_cast<float>(amplitude_of_db(level_db) * (random.chance(0.5) ? 1.0 : -1.0));
    const auto delay = static_cast<std::size_t>(delay_s * sample_rate_hz);
    const std::size_t count = std::min(dry.size(), wet.size() - std::min(delay, wet.size()));
    const auto echo = wet.subspan(std::min(delay, wet.size()), count);
    for (std::size_t n = 0; n < count; ++n) echo[n] += gain * dry[n];
  }
}

}  // namespace veery::synthesis
