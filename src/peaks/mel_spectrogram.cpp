#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <utility>

#include <veery/peaks/mel_spectrogram.hpp>

#include "peaks/fft.hpp"
#include "peaks/mel_kernel.hpp"

namespace veery {
namespace {

constexpr double kWindowSeconds = 0.08;
constexpr int kFramesPerSecond = 100;
constexpr double kLowestHz = 60.0;
constexpr double kHighestHz = 10'000.0;
constexpr std::size_t kBatch = 48;  ///< frames an FFT call; fixed, so that results don't depend on pushes

double to_mel(double hertz) {
  return 1127.0 * std::log1p(hertz / 700.0);
}

std::vector<float> hann_window(std::int64_t length) {
  std::vector<float> window(static_cast<std::size_t>(length));
  for (std::size_t k = 0; k < window.size(); ++k) {
    const double s = std::sin(std::numbers::pi * static_cast<double>(k) / static_cast<double>(length));
    window[k] = static_cast<float>(s * s);
  }
  return window;
}

}  // namespace

FrameGrid FrameGrid::at_rate(int sample_rate_hz) {
  return {static_cast<std::int64_t>(kWindowSeconds * sample_rate_hz), sample_rate_hz / kFramesPerSecond, 1.0};
}

FrameGrid FrameGrid::for_audio(int sample_rate_hz, std::int64_t samples) {
  const FrameGrid whole = at_rate(sample_rate_hz);
  if (samples >= whole.window) return whole;
  // SciPy shrinks the window but keeps the overlap; Perch still scales by the nominal window.
  const std::int64_t hop = samples - (whole.window - whole.hop);
  if (hop <= 0) return {samples, 0, 1.0};
  return {samples, hop, static_cast<double>(whole.window) / static_cast<double>(samples)};
}

std::int64_t FrameGrid::frames(std::int64_t samples) const {
  if (hop == 0) return 0;
  const std::int64_t beyond_first = samples + 2 * (window / 2) - window;
  return (beyond_first + hop - 1) / hop + 1;
}

std::vector<MelBand> mel_bands(int sample_rate_hz, std::int64_t bins) {
  const double low = to_mel(kLowestHz);
  const double step = (to_mel(kHighestHz) - low) / (kMelBands + 1);
  std::vector<MelBand> bands(kMelBands);
  for (std::int64_t bin = 1; bin < bins; ++bin) {
    const double hertz = 0.5 * sample_rate_hz * static_cast<double>(bin) / static_cast<double>(bins - 1);
    const double place = (to_mel(hertz) - low) / step;  // in units of edges
    const auto left = static_cast<std::int64_t>(std::floor(place));
    // Rising side of band `left`, falling side of the band before it.
    for (const std::int64_t band : {left - 1, left}) {
      if (band < 0 || band >= kMelBands) continue;
      const double rise = place - static_cast<double>(band);
      const double weight = std::min(rise, 2.0 - rise);
      if (weight <= 0.0) continue;
      MelBand& target = bands[static_cast<std::size_t>(band)];
      if (target.weights.empty()) target.first_bin = bin;
      target.weights.push_back(static_cast<float>(weight));
    }
  }
  return bands;
}

struct MelSpectrogram::State {
  int sample_rate_hz;
  Consumer consumer;
  FrameGrid grid;
  std::vector<float> window;
  MelKernel kernel;
  std::vector<float> pending;  ///< samples from the next frame's start on
  std::int64_t samples = 0;
  std::vector<float> frames;
  std::vector<float> rows;

  State(int rate, Consumer to, const FrameGrid& on)
      : sample_rate_hz(rate),
        consumer(std::move(to)),
        grid(on),
        window(hann_window(on.window)),
        kernel(rate, on.window / 2 + 1, on.scale),
        pending(static_cast<std::size_t>(on.window / 2), 0.0F) {}

  void analyse(std::size_t start, std::size_t count);
  void drain(std::int64_t available, bool partial_batch);
};

void MelSpectrogram::State::analyse(std::size_t start, std::size_t count) {
  const auto length = static_cast<std::size_t>(grid.window);
  const auto hop = static_cast<std::size_t>(grid.hop);
  frames.resize(count * length);
  rows.resize(count * kMelBands);
  for (std::size_t f = 0; f < count; ++f) {
    apply_window(pending.data() + start + f * hop, window.data(), frames.data() + f * length, length);
  }
  real_fft_rows(frames, grid.window, [&](std::span<const std::complex<float>> spectra) {
    const std::size_t bins = length / 2 + 1;
    for (std::size_t f = 0; f < count; ++f)
      kernel.log_mel(spectra.subspan(f * bins, bins), rows.data() + f * kMelBands);
  });
  consumer(rows);
}

/// Analyses the next `available` frames, whole batches only unless `partial_batch`, and drops their audio.
void MelSpectrogram::State::drain(std::int64_t available, bool partial_batch) {
  std::size_t start = 0;
  auto left = static_cast<std::size_t>(std::max<std::int64_t>(available, 0));
  while (left >= kBatch || (partial_batch && left > 0)) {
    const std::size_t count = std::min(left, kBatch);
    analyse(start, count);
    start += count * static_cast<std::size_t>(grid.hop);
    left -= count;
  }
  pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(std::min(start, pending.size())));
}

MelSpectrogram::MelSpectrogram(int sample_rate_hz, Consumer consumer)
    : state_(std::make_unique<State>(sample_rate_hz, std::move(consumer), FrameGrid::at_rate(sample_rate_hz))) {}
MelSpectrogram::~MelSpectrogram() = default;
MelSpectrogram::MelSpectrogram(MelSpectrogram&&) noexcept = default;
MelSpectrogram& MelSpectrogram::operator=(MelSpectrogram&&) noexcept = default;

void MelSpectrogram::push(std::span<const float> samples) {
  State& state = *state_;
  state.pending.insert(state.pending.end(), samples.begin(), samples.end());
  state.samples += static_cast<std::int64_t>(samples.size());
  if (state.samples < state.grid.window) return;  // still might be shorter than a window
  const auto room = static_cast<std::int64_t>(state.pending.size()) - state.grid.window;
  if (room >= 0) state.drain(room / state.grid.hop + 1, false);
}

FrameGrid MelSpectrogram::finish() {
  const FrameGrid grid = FrameGrid::for_audio(state_->sample_rate_hz, state_->samples);
  if (state_->samples < state_->grid.window) {
    const auto before = static_cast<std::ptrdiff_t>(state_->grid.window / 2);
    const std::vector<float> audio(state_->pending.begin() + before, state_->pending.end());
    if (grid.hop == 0) return grid;
    auto shrunk = std::make_unique<State>(state_->sample_rate_hz, std::move(state_->consumer), grid);
    shrunk->pending.insert(shrunk->pending.end(), audio.begin(), audio.end());
    shrunk->samples = state_->samples;
    state_ = std::move(shrunk);
  }
  State& state = *state_;
  // Frames already given out began before the audio that is still pending.
  const std::int64_t gone = state.samples + grid.window / 2 - static_cast<std::int64_t>(state.pending.size());
  const std::int64_t left = grid.frames(state.samples) - gone / grid.hop;
  state.pending.resize(static_cast<std::size_t>((left - 1) * grid.hop + grid.window), 0.0F);
  state.drain(left, true);
  return grid;
}

}  // namespace veery
