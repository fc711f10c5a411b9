#include "separation/two_birds.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>

#include "support/closed_form_signals.hpp"

namespace veery::test {
namespace {

constexpr double kHiss = 1e-3;  // of a bird's amplitude

struct Band {
  double low_hz;
  double high_hz;
};

at::Tensor song(std::int64_t seconds, const Band& band, std::uint64_t seed) {
  at::Tensor samples = at::zeros({seconds * kBirdRate_hz});
  float* const out = samples.mutable_data_ptr<float>();
  std::uint64_t drawn = 0;
  const auto between = [&](double low, double high) { return low + (high - low) * 0.5 * (noise(seed, drawn++) + 1.0); };
  const auto end_s = static_cast<double>(seconds) - 1.0;
  for (double bout_s = between(0.0, 10.0); bout_s < end_s;) {
    const double pause_s = std::min(bout_s + between(2.0, 25.0), end_s);
    while (bout_s < pause_s) {
      const double length_s = between(0.1, 0.4);
      const Chirp chirp{bout_s, length_s, between(band.low_hz, band.high_hz), between(band.low_hz, band.high_hz), 1.0};
      for (auto n = std::llround(bout_s * kBirdRate_hz); n < std::llround((bout_s + length_s) * kBirdRate_hz); ++n) {
        out[n] += static_cast<float>(chirp.at(static_cast<double>(n) / kBirdRate_hz));
      }
      bout_s += length_s + between(0.05, 0.4);
    }
    bout_s += between(3.0, 45.0);
  }
  return samples;
}

/// 1 where a band is louder than hiss, in frames of 50 ms and the frames beside them.
at::Tensor gate(const at::Tensor& band) {
  constexpr std::int64_t kFrame = kBirdRate_hz / 20;
  const std::int64_t padding = (kFrame - band.size(0) % kFrame) % kFrame;
  const at::Tensor frames = at::constant_pad_nd(band, {0, padding}).reshape({-1, kFrame});
  const at::Tensor loud = (frames.square().mean(1) > 20.0 * kHiss * kHiss).to(at::kFloat);
  const at::Tensor wide = at::max_pool1d(loud.reshape({1, 1, -1}), 3, 1, 1).reshape({-1});
  return wide.repeat_interleave(kFrame).narrow(0, 0, band.size(0));
}

}  // namespace

TwoBirds two_birds(std::int64_t seconds, std::uint64_t seed) {
  const at::Tensor birds = at::stack({song(seconds, {900, 1500}, seed), song(seconds, {2300, 3100}, seed + 1)});
  at::Tensor hiss = at::empty({birds.size(1)});
  for (std::int64_t n = 0; n < hiss.size(0); ++n) {
    hiss.mutable_data_ptr<float>()[n] = static_cast<float>(kHiss * noise(seed + 2, static_cast<std::uint64_t>(n)));
  }
  return {birds, birds.sum(0) + hiss};
}

at::Tensor ShufflingSplitter::operator()(const at::Tensor& window) {
  constexpr double kBetweenBirds_hz = 1900.0;
  const at::Tensor spectrum = at::fft_rfft(window);
  const auto first_high = std::llround(kBetweenBirds_hz / kBirdRate_hz * static_cast<double>(window.size(0)));
  const at::Tensor below = (at::arange(spectrum.size(0)) < first_high).to(at::kFloat);
  const at::Tensor low_band = at::fft_irfft(spectrum * below, window.size(0));
  const at::Tensor high_band = window - low_band;
  const at::Tensor low_bird = low_band * gate(low_band);
  const at::Tensor high_bird = high_band * gate(high_band);
  const at::Tensor hiss = window - low_bird - high_bird;

  std::uniform_real_distribution<double> bleed{-0.3, 0.3};
  const double in_low = bleed(random_);
  const double in_high = bleed(random_);
  const double share = std::uniform_real_distribution<double>{0.0, 1.0}(random_) * (1.0 - in_low - in_high);
  std::vector<at::Tensor> outputs{low_bird + in_low * hiss, high_bird + in_high * hiss, share * hiss,
                                  (1.0 - in_low - in_high - share) * hiss};
  std::shuffle(outputs.begin(), outputs.end(), random_);
  return at::stack(outputs);
}

Separated separate(const at::Tensor& mixture, int sample_rate_hz, const WindowOptions& options, std::int64_t sources,
                   const std::function<at::Tensor(const at::Tensor&)>& model) {
  const std::int64_t length = mixture.size(0);
  const std::int64_t window = std::min<std::int64_t>(length, std::llround(options.window_s * sample_rate_hz));
  Separated separated{at::empty({sources, length}), {}};
  std::int64_t position = 0;
  const StemSink append = [&](const StemBlock& block) {
    const auto count = static_cast<std::int64_t>(block.front().size());
    for (std::int64_t stem = 0; stem < sources; ++stem) {
      const std::vector<float>& samples = block[static_cast<std::size_t>(stem)];
      float* const row = separated.stems.mutable_data_ptr<float>() + stem * length;
      if (position + count <= length) std::copy(samples.begin(), samples.end(), row + position);
    }
    position += count;
  };
  Stitcher stitcher{sources, sample_rate_hz, options};
  for (const std::int64_t start : window_starts(length, window, std::llround(options.hop_s * sample_rate_hz))) {
    stitcher.push(start, model(mixture.narrow(0, start, window)), append);
  }
  stitcher.finish(append);
  separated.seams = stitcher.seams();
  if (position != length) separated.stems = at::empty({sources, 0});  // no test takes this for a result
  return separated;
}

std::vector<int> stems_of(const at::Tensor& bird, const at::Tensor& stems) {
  constexpr double kSings = 1e-3;  // mean square in a second
  const at::Tensor birds = bird.reshape({-1, kBirdRate_hz});
  const at::Tensor products = (stems.reshape({stems.size(0), -1, kBirdRate_hz}) * birds).sum(2);
  const at::Tensor nearest = products.argmax(0);
  const at::Tensor power = birds.square().mean(1);
  std::vector<int> result;
  for (std::int64_t second = 0; second < power.size(0); ++second) {
    if (power[second].item<double>() > kSings) result.push_back(nearest[second].item<int>());
  }
  return result;
}

int swaps(const std::vector<int>& stems) {
  int count = 0;
  for (std::size_t i = 1; i < stems.size(); ++i) count += stems[i] != stems[i - 1] ? 1 : 0;
  return count;
}

}  // namespace veery::test
