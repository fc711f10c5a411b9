// The parts of peak finding and resampling, each alone. The counter x_real_time is audio seconds a second.
#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include <veery/audio/resampler.hpp>
#include <veery/peaks/cwt_peaks.hpp>
#include <veery/peaks/denoiser.hpp>
#include <veery/peaks/mel_spectrogram.hpp>
#include <veery/peaks/peak_finder.hpp>

namespace {

constexpr int kRate = 32'000;
constexpr double kFramesPerSecond = 100.0;

/// Noise between -0.1 and 0.1 with a burst every three seconds (of `rate` values), for something to find.
std::vector<float> bursts(std::int64_t count, double rate) {
  std::vector<float> values(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    const double phase = std::fmod(static_cast<double>(i) / rate, 3.0) - 1.5;
    const double level = 0.1 + 0.8 * std::exp(-20.0 * phase * phase);
    values[i] = static_cast<float>(level * (static_cast<double>(state >> 8U) / 8'388'608.0 - 1.0));
  }
  return values;
}

void count_audio(benchmark::State& state, double seconds) {
  state.counters["x_real_time"] =
      benchmark::Counter(seconds * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void mel_spectrogram(benchmark::State& state) {
  veery::set_fft_threads(1);
  const std::vector<float> audio = bursts(std::int64_t{60} * kRate, kRate);
  for ([[maybe_unused]] auto _ : state) {
    veery::MelSpectrogram spectrogram{kRate,
                                      [](std::span<const float> rows) { benchmark::DoNotOptimize(rows.data()); }};
    spectrogram.push(audio);
    spectrogram.finish();
  }
  count_audio(state, 60.0);
}
BENCHMARK(mel_spectrogram)->Unit(benchmark::kMillisecond);

/// Seconds of audio: a block of 300 stays in memory, an hour goes through the temporary file.
void denoiser(benchmark::State& state) {
  const auto frames = static_cast<std::int64_t>(static_cast<double>(state.range(0)) * kFramesPerSecond);
  const std::vector<float> minute = bursts(std::int64_t{6'000} * veery::kMelBands, kFramesPerSecond * veery::kMelBands);
  for ([[maybe_unused]] auto _ : state) {
    veery::Denoiser denoiser{"/tmp"};
    for (std::int64_t done = 0; done < frames; done += 6'000) denoiser.append(minute);
    benchmark::DoNotOptimize(denoiser.summed_energy());
  }
  count_audio(state, static_cast<double>(state.range(0)));
}
BENCHMARK(denoiser)->Arg(300)->Arg(3'600)->Unit(benchmark::kMillisecond);

void cwt_peaks(benchmark::State& state) {
  const auto frames = static_cast<std::int64_t>(static_cast<double>(state.range(0)) * kFramesPerSecond);
  std::vector<float> energy = bursts(frames, kFramesPerSecond);
  for (float& value : energy) value = std::abs(value);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(veery::find_cwt_peaks(energy));
  count_audio(state, static_cast<double>(state.range(0)));
}
BENCHMARK(cwt_peaks)->Arg(300)->Arg(3'600)->Unit(benchmark::kMillisecond);

void resampler(benchmark::State& state, veery::ResamplerKind kind) {
  constexpr int kFrom = 48'000;
  const std::vector<float> audio = bursts(std::int64_t{60} * kFrom, kFrom);
  std::vector<float> output;
  for ([[maybe_unused]] auto _ : state) {
    output.clear();
    const auto converter = veery::make_resampler(kind, kFrom, kRate);
    converter->push(audio, output);
    converter->finish(output);
    benchmark::DoNotOptimize(output.data());
  }
  count_audio(state, 60.0);
}
BENCHMARK_CAPTURE(resampler, 48000_to_32000_soxr_hq, veery::ResamplerKind::soxr_hq)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(resampler, 48000_to_32000_perch, veery::ResamplerKind::perch)->Unit(benchmark::kMillisecond);

}  // namespace
