#include <algorithm>
#include <limits>
#include <numeric>

#include <veery/base/dispatch.hpp>
#include <veery/peaks/cwt_peaks.hpp>
#include <veery/peaks/denoiser.hpp>
#include <veery/peaks/mel_spectrogram.hpp>
#include <veery/peaks/peak_finder.hpp>

namespace veery {
namespace {

constexpr double kGateOverMean = 1.5;
constexpr std::int64_t kGateReachFrames = 30;

VEERY_DISPATCH bool all_finite(const float* samples, std::size_t count) {
  bool finite = true;
  for (std::size_t i = 0; i < count; ++i) finite &= __builtin_fabsf(samples[i]) <= std::numeric_limits<float>::max();
  return finite;
}

/// Peaks near which (0.3 s) the energy reaches 1.5 times its mean.
std::vector<std::int64_t> gate(std::span<const float> energy, std::vector<std::int64_t> frames) {
  const double mean = std::accumulate(energy.begin(), energy.end(), 0.0) / static_cast<double>(energy.size());
  const auto threshold = static_cast<float>(kGateOverMean * mean);
  const auto count = static_cast<std::int64_t>(energy.size());
  std::erase_if(frames, [&](std::int64_t frame) {
    const auto from = energy.begin() + std::clamp<std::int64_t>(frame - kGateReachFrames, 0, count);
    const auto to = energy.begin() + std::clamp<std::int64_t>(frame + kGateReachFrames, 0, count);
    return *std::max_element(from, to) < threshold;
  });
  return frames;
}

/// Perch: frame · rate / 100 in float32, truncated, whatever the hop really is.
std::int64_t perch_position(std::int64_t frame, int sample_rate_hz) {
  const float position = static_cast<float>(frame) * static_cast<float>(sample_rate_hz) / 100.0F;
  return static_cast<std::int64_t>(position);
}

void rank(std::vector<Peak>& peaks, const PeakOptions& options) {
  const bool later_first = options.compat == PerchCompat::on;
  std::sort(peaks.begin(), peaks.end(), [&](const Peak& a, const Peak& b) {
    if (a.energy != b.energy) return a.energy > b.energy;
    return later_first ? a.sample > b.sample : a.sample < b.sample;
  });
  const auto most = static_cast<std::size_t>(std::max(options.most_peaks, 0));
  if (most > 0 && peaks.size() > most) peaks.resize(most);
}

}  // namespace

struct PeakFinder::State {
  int sample_rate_hz;
  PeakOptions options;
  Denoiser denoiser;
  MelSpectrogram spectrogram;
  bool finite = true;
  std::vector<float> energy;

  State(int rate, const PeakOptions& how)
      : sample_rate_hz(rate),
        options(how),
        denoiser(how.spill_folder),
        spectrogram(rate, [this](std::span<const float> rows) { denoiser.append(rows); }) {}
};

PeakFinder::PeakFinder(int sample_rate_hz, const PeakOptions& options)
    : state_(std::make_unique<State>(sample_rate_hz, options)) {}
PeakFinder::~PeakFinder() = default;

void PeakFinder::push(std::span<const float> samples) {
  state_->finite = state_->finite && all_finite(samples.data(), samples.size());
  state_->spectrogram.push(samples);
}

std::vector<Peak> PeakFinder::finish() {
  State& state = *state_;
  const FrameGrid grid = state.spectrogram.finish();
  if (grid.hop == 0 || !state.finite) return {};
  state.energy = state.denoiser.summed_energy();
  std::vector<Peak> peaks;
  for (const std::int64_t frame : gate(state.energy, find_cwt_peaks(state.energy))) {
    const bool compat = state.options.compat == PerchCompat::on;
    const std::int64_t sample = compat ? perch_position(frame, state.sample_rate_hz) : frame * grid.hop;
    peaks.push_back({sample, frame, state.energy[static_cast<std::size_t>(frame)]});
  }
  rank(peaks, state.options);
  return peaks;
}

std::span<const float> PeakFinder::energies() const {
  return state_->energy;
}

std::vector<Peak> find_peaks(std::span<const float> samples, int sample_rate_hz, const PeakOptions& options) {
  constexpr std::size_t kSamplesPerPush = 65'536;  // the spectrogram copies what it is given
  PeakFinder finder{sample_rate_hz, options};
  for (std::size_t at = 0; at < samples.size(); at += kSamplesPerPush) {
    finder.push(samples.subspan(at, std::min(kSamplesPerPush, samples.size() - at)));
  }
  return finder.finish();
}

}  // namespace veery
