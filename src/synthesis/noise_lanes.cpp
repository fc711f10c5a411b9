#include "synthesis/noise_lanes.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {
namespace {

/// Mean square of the flutter 1 - d + d ((1 + cos x) / 2)².
double flutter_power(double depth) {
  const double steady = 1.0 - depth;
  return steady * steady + 2.0 * steady * depth * 3.0 / 8.0 + depth * depth * 35.0 / 128.0;
}

}  // namespace

NoiseLanes::NoiseLanes(std::span<const NoiseLayer, kLanes> layers, int sample_rate_hz, std::uint64_t seed)
    : sample_rate_hz_(sample_rate_hz) {
  Random random{seed};
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const NoiseLayer& layer = layers_[lane] = layers[lane];
    for (Words& word : random_) word[lane] = static_cast<std::uint32_t>(random.bits() >> 32U);
    set_filter(lane, layer.first, first_);
    set_filter(lane, layer.second, second_);
    set_excitation(lane, layer.drops_per_s);
    const auto turn = sine_cosine(kTwoPi * layer.flutter_rate_hz / sample_rate_hz);
    flutter_depth_[lane] = static_cast<float>(layer.flutter_depth);
    turn_sine_[lane] = static_cast<float>(turn.sine);
    turn_cosine_[lane] = static_cast<float>(turn.cosine);
    if (layer.rms <= 0.0) continue;
    const double power = PowerShares{layer.first, layer.second, sample_rate_hz}.total();
    scale_[lane] = layer.rms / std::sqrt(power * flutter_power(layer.flutter_depth));
    next_gain_[lane] = static_cast<float>(gain_at(lane, 0.0));
    silent_ = false;
    drops_or_flutter_ = drops_or_flutter_ || layer.drops_per_s > 0.0 || layer.flutter_depth > 0.0;
  }
}

void NoiseLanes::set_filter(std::size_t lane, const FilterCoefficients& coefficients, Filter& filter) const {
  filter.keep_band[lane] = static_cast<float>(2.0 * coefficients.a1 - 1.0);
  filter.take_band[lane] = filter.lift_low[lane] = static_cast<float>(2.0 * coefficients.a2);
  filter.take_low[lane] = static_cast<float>(2.0 * coefficients.a3);
  filter.m0[lane] = static_cast<float>(coefficients.m0);
  // The filter's outputs are the means of its integrators before and after a step.
  filter.m1[lane] = static_cast<float>(0.5 * coefficients.m1);
  filter.m2[lane] = static_cast<float>(0.5 * coefficients.m2);
}

void NoiseLanes::set_excitation(std::size_t lane, double drops_per_s) {
  // Uniform numbers in ±1 have a third of power; a drop is d|d| with d uniform in ±1, which has a fifth.
  white_[lane] = std::sqrt(3.0F);
  drop_limit_[lane] = 1.0F;
  if (drops_per_s <= 0.0) return;
  const double chance = std::min(0.5, drops_per_s / sample_rate_hz_);
  white_[lane] = 1e-6F;  // keeps the filters out of slow denormal numbers between drops
  drop_limit_[lane] = static_cast<float>(1.0 - chance);
  drop_[lane] = static_cast<float>(std::sqrt(5.0 / chance) / (chance * chance));
}

double NoiseLanes::gain_at(std::size_t lane, double time_s) const {
  return scale_[lane] * std::sqrt(swell_power(layers_[lane].swell, time_s));
}

void NoiseLanes::aim(std::int64_t frame_number) {
  const double frame_s = static_cast<double>(kFrameSamples) / sample_rate_hz_;
  const double start_s = frame_s * static_cast<double>(frame_number);
  gain_ = next_gain_;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    if (layers_[lane].rms <= 0.0) continue;
    next_gain_[lane] = static_cast<float>(gain_at(lane, start_s + frame_s));
    const double turns = layers_[lane].flutter_rate_hz * start_s;
    const auto phase = sine_cosine(kTwoPi * (turns - std::floor(turns)));
    sine_[lane] = static_cast<float>(phase.sine);
    cosine_[lane] = static_cast<float>(phase.cosine);
  }
  gain_step_ = (next_gain_ - gain_) / static_cast<float>(kFrameSamples);
}

inline void NoiseLanes::step(std::array<Words, 4>& random) {
  const Words shifted = random[1] << 9U;
  random[2] ^= random[0];
  random[3] ^= random[1];
  random[1] ^= random[2];
  random[0] ^= random[3];
  random[2] ^= shifted;
  random[3] = (random[3] << 11U) | (random[3] >> 21U);
}

inline void NoiseLanes::step(Filter& filter, Floats& x) {
  const Floats difference = x - filter.low;
  const Floats band = filter.keep_band * filter.band + filter.take_band * difference;
  const Floats low = (filter.low + filter.lift_low * filter.band) + filter.take_low * difference;
  x = filter.m0 * x + (filter.m1 * (band + filter.band) + filter.m2 * (low + filter.low));
  filter.band = band;
  filter.low = low;
}

template <bool kDropsAndFlutter>
void NoiseLanes::render(std::span<float, kFrameSamples> frame) {
  NoiseLanes now = *this;  // on the stack, so that the compiler may keep it in registers
  const Floats zero{};
  for (float& sample : frame) {
    const Floats uniform = __builtin_convertvector(Integers(now.random_[0] + now.random_[3]), Floats) * 0x1p-31F;
    step(now.random_);
    Floats x = uniform * now.white_;
    if constexpr (kDropsAndFlutter) {
      const Floats above = uniform - now.drop_limit_;
      const Floats under = uniform + now.drop_limit_;
      const Floats up = above > zero ? above : zero;
      const Floats down = under < zero ? under : zero;
      x += (up * up - down * down) * now.drop_;
    }
    step(now.first_, x);
    step(now.second_, x);
    x *= now.gain_;
    now.gain_ += now.gain_step_;
    if constexpr (kDropsAndFlutter) {
      const Floats beat = 0.5F + 0.5F * now.cosine_;
      const Floats cosine = now.cosine_ * now.turn_cosine_ - now.sine_ * now.turn_sine_;
      now.sine_ = now.cosine_ * now.turn_sine_ + now.sine_ * now.turn_cosine_;
      now.cosine_ = cosine;
      x *= 1.0F - now.flutter_depth_ + now.flutter_depth_ * beat * beat;
    }
    sample += (x[0] + x[1]) + (x[2] + x[3]);
  }
  random_ = now.random_;
  first_ = now.first_;
  second_ = now.second_;
}

void NoiseLanes::add_frame(std::int64_t number, std::span<float, kFrameSamples> frame) {
  if (silent_) return;
  aim(number);
  if (drops_or_flutter_) {
    render<true>(frame);
  } else {
    render<false>(frame);
  }
}

}  // namespace veery::synthesis
