#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/counter_random.hpp>
#include <veery/training/source_batches.hpp>

namespace veery {
namespace {

constexpr double kPeakFloor = 0.01;  // as in MixtureOptions

/// `window` samples of each source, one source after the other.
void cut(const std::vector<float>& sources, std::int64_t samples, std::int64_t start, std::int64_t window,
         float* target) {
  const auto all = static_cast<std::int64_t>(sources.size());
  for (std::int64_t source = 0; source < all; source += samples)
    target = std::copy_n(sources.begin() + source + start, window, target);
}

float peak_of_sum(const float* sources, std::int64_t count, std::int64_t samples, float* sum) {
  float peak = 0;
  for (std::int64_t i = 0; i < samples; ++i) {
    sum[i] = 0;
    for (std::int64_t source = 0; source < count; ++source) sum[i] += sources[source * samples + i];
    peak = std::max(peak, std::abs(sum[i]));
  }
  return peak;
}

void scale(float* samples, std::int64_t count, float factor) {
  for (std::int64_t i = 0; i < count; ++i) samples[i] *= factor;
}

/// Where a view goes in a batch.
struct Place {
  float* audio;    ///< [sample]
  float* sources;  ///< [source, sample]
};

/// Returns the example's number.
std::int64_t fill_view(const SourceFolder& folder, const SourceBatchOptions& options, EpochSeed seed, std::int64_t view,
                       const Place& place) {
  const std::int64_t samples = samples_at(folder, options.sample_rate_hz);
  const std::int64_t window = options.window_samples;
  const auto index = static_cast<std::uint64_t>(view);
  const std::int64_t example =
      permuted(view, static_cast<std::int64_t>(folder.examples.size()), seed, DrawPurpose::row_order);
  const auto start = static_cast<std::int64_t>(
      draw_below(seed, DrawPurpose::start, index, static_cast<std::uint64_t>(samples - window + 1)));
  cut(read_sources(folder, static_cast<std::size_t>(example), options.sample_rate_hz), samples, start, window,
      place.sources);
  const float peak = peak_of_sum(place.sources, folder.most_sources, window, place.audio);
  if (!options.target_peak) return example;
  const DrawRange& range = *options.target_peak;
  const double target = range.least + (range.most - range.least) * draw_unit(seed, DrawPurpose::target_peak, index);
  const auto factor = static_cast<float>(target / (static_cast<double>(peak) + kPeakFloor));
  scale(place.sources, folder.most_sources * window, factor);
  scale(place.audio, window, factor);
  return example;
}

}  // namespace

MixtureBatch make_source_batch(const SourceFolder& folder, const SourceBatchOptions& options, std::uint32_t epoch,
                               std::span<const std::int64_t> views) {
  const std::int64_t samples = samples_at(folder, options.sample_rate_hz);
  const std::int64_t window = options.window_samples;
  if (samples < window)
    throw Error{"examples are shorter than the window", folder.list.string(),
                std::to_string(samples) + " samples, not " + std::to_string(window)};
  const auto size = static_cast<std::int64_t>(views.size());
  MixtureBatch batch{at::empty({size, window}, at::kFloat), at::empty({size, folder.most_sources, window}, at::kFloat),
                     at::empty({size, 1}, at::kLong), true};
  for (std::int64_t i = 0; i < size; ++i) {
    const Place place{batch.audio[i].mutable_data_ptr<float>(), batch.sources[i].mutable_data_ptr<float>()};
    batch.rows[i].fill_(fill_view(folder, options, {options.seed, epoch}, views[static_cast<std::size_t>(i)], place));
  }
  return batch;
}

}  // namespace veery
