#include "synthesis/weather.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {
namespace {

/// Smooth noise in ±1: random values at whole numbers, smoothstep between ("value noise").
double smooth_noise(std::uint64_t seed, double position) {
  const double whole = std::floor(position);
  const auto number = static_cast<std::uint64_t>(static_cast<std::int64_t>(whole));
  const double x = position - whole;
  const double from = unit_interval(seed_below(seed, number));
  const double to = unit_interval(seed_below(seed, number + 1));
  return 2.0 * (from + (to - from) * x * x * (3.0 - 2.0 * x)) - 1.0;
}

/// One car at most starts in each slot of time. Loudness of a pass: an inverse-square law beside a line, squared for
/// the screening by vegetation.
double cars_power(const Swell& swell, double time_s) {
  constexpr double kSlot_s = 12.0;
  const auto slot = static_cast<std::int64_t>(std::floor(time_s / kSlot_s));
  double power = 0.0;
  for (std::int64_t i = slot - 3; i <= slot + 3; ++i) {
    Random random{seed_below(swell.seed, 1'000'000'000U + static_cast<std::uint64_t>(i))};
    if (!random.chance(swell.cars_per_minute * kSlot_s / 60.0)) continue;
    const double passing_s = kSlot_s * (static_cast<double>(i) + random.uniform());
    const double nearness_s = random.between(1.5, 3.5);
    const double peak = power_of_db(random.between(4.0, 12.0));
    const double x = (time_s - passing_s) / nearness_s;
    power += peak / ((1.0 + x * x) * (1.0 + x * x));
  }
  return power;
}

double varied_rms(const BackgroundOptions& background, Random& random) {
  const double level_db = background.level_dbfs + random.between(-4.0, 4.0);
  return random.chance(background.chance) ? amplitude_of_db(level_db) : 0.0;
}

NoiseLayer layer(double rms, const FilterCoefficients& first, const FilterCoefficients& second, Random& random) {
  NoiseLayer noise;
  noise.rms = rms;
  noise.first = first;
  noise.second = second;
  noise.swell.seed = random.bits();
  return noise;
}

/// A rumble that falls by 6 dB an octave from 120 Hz (turbulence at the microphone), and leaves that answer the gusts.
void add_wind(const BackgroundOptions& options, int rate, Random& random, NoiseLayer& rumble, NoiseLayer& leaves) {
  const double rms = varied_rms(options, random);
  const Swell gusts{.seed = random.bits(), .depth_db = random.between(4.0, 8.0), .period_s = random.between(5.0, 11.0)};
  rumble = layer(rms, low_pass(800.0, 0.15, rate), high_pass(25.0, 0.7, rate), random);
  leaves = layer(rms * amplitude_of_db(random.between(-16.0, -9.0)), low_pass(2600.0, 0.4, rate),
                 high_pass(500.0, 0.5, rate), random);
  rumble.swell = leaves.swell = gusts;
  leaves.swell.depth_db *= 1.3;
}

/// A steady hiss, and drops that ring on leaves.
void add_rain(const BackgroundOptions& options, int rate, Random& random, NoiseLayer& hiss, NoiseLayer& drops) {
  const double rms = varied_rms(options, random);
  const Swell showers{
      .seed = random.bits(), .depth_db = random.between(2.0, 5.0), .period_s = random.between(20.0, 60.0)};
  hiss = layer(rms, high_pass(900.0, 0.5, rate), low_pass(9000.0, 0.6, rate), random);
  drops = layer(0.6 * rms, band_pass(random.between(1800.0, 3200.0), 0.6, rate), high_pass(400.0, 0.7, rate), random);
  drops.drops_per_s = random.between(8.0, 60.0);
  hiss.swell = drops.swell = showers;
}

NoiseLayer draw_insect(double rms, int rate, Random& random) {
  const double pitch_hz = random.between(4000.0, 8000.0);
  const auto filter = band_pass(pitch_hz, random.between(12.0, 30.0), rate);
  // An insect above the Nyquist frequency is not heard.
  NoiseLayer insect = layer(pitch_hz < 0.45 * rate ? rms : 0.0, filter, filter, random);
  insect.flutter_rate_hz = random.between(8.0, 45.0);
  insect.flutter_depth = random.between(0.5, 1.0);
  insect.swell.depth_db = random.between(1.0, 4.0);
  insect.swell.period_s = random.between(6.0, 25.0);
  insect.swell.fade_share = random.between(0.0, 0.6);
  return insect;
}

NoiseLayer draw_road(const BackgroundOptions& options, int rate, Random& random) {
  const double rms = varied_rms(options, random);
  NoiseLayer road = layer(rms, low_pass(random.between(350.0, 700.0), 0.3, rate), high_pass(30.0, 0.7, rate), random);
  road.swell.depth_db = 1.5;
  road.swell.period_s = 15.0;
  road.swell.cars_per_minute = random.between(0.5, 3.0);
  return road;
}

}  // namespace

double swell_power(const Swell& swell, double time_s) {
  if (swell.seed == 0) return 1.0;
  const double position = time_s / swell.period_s;
  const double slow = smooth_noise(swell.seed, position);
  const double fast = smooth_noise(swell.seed + 1, 3.7 * position);
  double power = power_of_db(swell.depth_db * (0.7 * slow + 0.3 * fast));
  if (swell.fade_share > 0.0) {
    const double song = 0.5 + 0.5 * smooth_noise(swell.seed + 2, 0.6 * position);
    power *= std::clamp((song - 0.7 * swell.fade_share) / 0.1, 0.0, 1.0);
  }
  if (swell.cars_per_minute > 0.0) power += cars_power(swell, time_s);
  return power;
}

Weather draw_weather(const SoundscapeOptions& options, std::uint64_t seed) {
  const int rate = options.sample_rate_hz;
  Random random{seed};
  Weather weather;
  weather[0] = layer(amplitude_of_db(options.floor_dbfs), pass_all(), pass_all(), random);
  weather[0].swell.seed = 0;
  add_wind(options.wind, rate, random, weather[1], weather[2]);
  weather[3] = draw_road(options.road, rate, random);
  // What only some recordings have is rendered together, so that the others need not.
  add_rain(options.rain, rate, random, weather[4], weather[5]);
  const double insects_rms = varied_rms(options.insects, random);
  weather[6] = draw_insect(insects_rms, rate, random);
  weather[7] = draw_insect(insects_rms * random.between(0.0, 0.8), rate, random);
  return weather;
}

}  // namespace veery::synthesis
