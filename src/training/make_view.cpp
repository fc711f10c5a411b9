#include <algorithm>
#include <cmath>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/mixtures.hpp>

#include "training/decibels.hpp"

namespace veery {
namespace {

constexpr double kPeakFloor = 0.01;
constexpr double kSilentEnergy = 1e-16;  ///< of a sample: RMS 1e-8

std::vector<float> read_row(const RowSource& rows, std::int64_t row) {
  std::vector<float> samples(static_cast<std::size_t>(rows.samples_per_row));
  rows.read(row, samples);
  return samples;
}

/// Zeros where the window has no row under it.
void cut(std::span<const float> row, std::int64_t start, std::span<float> window) {
  const auto from = static_cast<std::size_t>(std::max<std::int64_t>(start, 0));
  const auto to = static_cast<std::size_t>(std::max<std::int64_t>(-start, 0));
  const std::size_t samples = std::min(row.size() - from, window.size() - to);
  std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(from), samples,
              window.begin() + static_cast<std::ptrdiff_t>(to));
}

double peak_of(std::span<const float> samples) {
  float peak = 0;
  for (const float sample : samples) peak = std::max(peak, std::abs(sample));
  return static_cast<double>(peak);
}

double energy_of(std::span<const float> samples) {
  double energy = 0;
  for (const float sample : samples) energy += static_cast<double>(sample) * static_cast<double>(sample);
  return energy;
}

void multiply(std::span<float> samples, double factor) {
  const auto gain = static_cast<float>(factor);
  for (float& sample : samples) sample *= gain;
}

void add_source(const PlannedSource& source, const MixtureOptions& options, const RowSource& rows,
                std::span<float> window) {
  const std::vector<float> row = read_row(rows, source.row);
  cut(row, source.start, window);
  double factor = 1;
  if (source.target_peak) {
    const double peak = options.peak_scope == PeakScope::row ? peak_of(row) : peak_of(window);
    factor = *source.target_peak / (peak + kPeakFloor);
  }
  if (source.gain_db) factor *= training::factor_of_db(*source.gain_db);
  multiply(window, factor);
}

void add_noise(const PlannedNoise& planned, const RowSource& noise, std::span<const float> mixture,
               std::span<float> window) {
  cut(read_row(noise, planned.row), planned.start, window);
  const double heard = energy_of(mixture);
  const double noisy = energy_of(window);
  const double silent = kSilentEnergy * static_cast<double>(window.size());
  if (heard > silent && noisy > silent)
    multiply(window, std::sqrt(heard / noisy) * training::factor_of_db(-planned.snr_db));
}

void check_rows(const MixturePlan& plan, const RowSource& rows, const RowSource* noise) {
  if (plan.options().noise_probability > 0 && noise == nullptr)
    throw Error{"there is no noise to mix in", "a plan with noise", "give rows of noise"};
  if (noise != nullptr && noise->sample_rate_hz != rows.sample_rate_hz)
    throw Error{"noise has another sample rate", std::to_string(noise->sample_rate_hz) + " Hz",
                "process it with --sample-rate " + std::to_string(rows.sample_rate_hz)};
}

}  // namespace

MixtureView make_view(const MixturePlan& plan, const RowSource& rows, const RowSource* noise, std::uint32_t epoch,
                      std::int64_t view) {
  check_rows(plan, rows, noise);
  const PlannedView planned = plan.view(epoch, view);
  const auto samples = static_cast<std::size_t>(plan.options().window_samples);
  const auto slots = static_cast<std::size_t>(plan.slots());
  MixtureView made{{}, std::vector<float>(samples), std::vector<float>(slots * samples)};
  const std::span<float> all{made.sources};
  const auto sum_up = [&](std::span<const float> window) {
    std::transform(made.audio.begin(), made.audio.end(), window.begin(), made.audio.begin(), std::plus<>{});
  };
  for (std::size_t i = 0; i < planned.sources.size(); ++i) {
    const std::span<float> window = all.subspan(i * samples, samples);
    add_source(planned.sources[i], plan.options(), rows, window);
    sum_up(window);
    made.rows.push_back(planned.sources[i].row);
  }
  if (planned.noise) {
    const std::span<float> window = all.last(samples);
    add_noise(*planned.noise, *noise, made.audio, window);
    sum_up(window);
  }
  return made;
}

}  // namespace veery
