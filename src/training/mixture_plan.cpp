#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/mixtures.hpp>

#include "training/decibels.hpp"

namespace veery {
namespace {

constexpr std::int64_t kMostRows = std::int64_t{1} << 31;
constexpr std::size_t kMostSources = 1024;
constexpr double kShareUnit = 0x1p32;

void require(bool fits, const std::string& what, const std::string& value, const std::string& remedy) {
  if (!fits) throw Error{what, value, remedy};
}

void check_range(const DrawRange& range, double least, double most, const std::string& name) {
  require(std::isfinite(range.least) && std::isfinite(range.most) && range.least <= range.most &&
              range.least >= least && range.most <= most,
          "a range of mixtures does not fit",
          name + " " + std::to_string(range.least) + " to " + std::to_string(range.most),
          "give finite numbers, the smaller first, within " + std::to_string(least) + " and " + std::to_string(most));
}

void check(const MixtureOptions& options) {
  using training::kMostDb;
  require(options.window_samples > 0, "a window of mixtures has no samples", std::to_string(options.window_samples),
          "give at least one");
  const std::vector<double>& shares = options.view_shares;
  require(!shares.empty() && shares.size() <= kMostSources &&
              std::all_of(shares.begin(), shares.end(), [](double s) { return std::isfinite(s) && s >= 0; }) &&
              *std::max_element(shares.begin(), shares.end()) > 0,
          "shares of views do not fit", std::to_string(shares.size()) + " of them",
          "give one a number of sources, from 0 on, at least one above 0");
  if (options.target_peak) check_range(*options.target_peak, 0, 1e6, "target_peak");
  if (options.gain_db) check_range(*options.gain_db, -kMostDb, kMostDb, "gain_db");
  check_range(options.snr_db, -kMostDb, kMostDb, "snr_db");
  require(options.noise_probability >= 0 && options.noise_probability <= 1, "a probability of noise does not fit",
          std::to_string(options.noise_probability), "give one from 0 to 1");
}

/// Views of 1, 2, … sources: of `rows` rows as many as the shares say, rounded down; then one more of each for which
/// the rest suffices, those that lost most by rounding first (of equals those with more sources). In integers: a share
/// counts as so many 2^32ths of the largest.
std::vector<std::int64_t> count_views(std::int64_t rows, const std::vector<double>& shares) {
  const double largest = *std::max_element(shares.begin(), shares.end());
  std::vector<std::int64_t> weights;
  std::int64_t divisor = 0;
  for (const double share : shares) {
    weights.push_back(static_cast<std::int64_t>(std::floor(share / largest * kShareUnit + 0.5)));
    divisor += static_cast<std::int64_t>(weights.size()) * weights.back();
  }
  __extension__ using Wide = unsigned __int128;
  std::vector<std::int64_t> counts;
  std::vector<std::int64_t> remainders;
  std::int64_t rest = rows;
  for (const std::int64_t weight : weights) {
    const Wide product = static_cast<Wide>(rows) * static_cast<Wide>(weight);
    counts.push_back(static_cast<std::int64_t>(product / static_cast<Wide>(divisor)));
    remainders.push_back(static_cast<std::int64_t>(product % static_cast<Wide>(divisor)));
    rest -= static_cast<std::int64_t>(counts.size()) * counts.back();
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.rbegin(), order.rend(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (const std::size_t index : order) {
    const auto sources = static_cast<std::int64_t>(index) + 1;
    if (remainders[index] == 0 || sources > rest) continue;
    ++counts[index];
    rest -= sources;
  }
  return counts;
}

std::int64_t plan_start(std::int64_t samples_per_row, std::int64_t window, EpochSeed seed, DrawPurpose purpose,
                        std::int64_t index) {
  const std::int64_t room = samples_per_row - window;
  const auto drawn = static_cast<std::int64_t>(
      draw_below(seed, purpose, static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(std::abs(room)) + 1));
  return room < 0 ? -drawn : drawn;
}

double draw_in(const DrawRange& range, EpochSeed seed, DrawPurpose purpose, std::int64_t index) {
  return range.least + (range.most - range.least) * draw_unit(seed, purpose, static_cast<std::uint64_t>(index));
}

}  // namespace

MixturePlan::MixturePlan(std::int64_t rows, std::int64_t samples_per_row, const MixtureOptions& options,
                         std::int64_t noise_rows, std::int64_t noise_samples_per_row)
    : options_(options),
      rows_(rows),
      samples_per_row_(samples_per_row),
      noise_rows_(noise_rows),
      noise_samples_per_row_(noise_samples_per_row) {
  check(options);
  require(rows >= 0 && rows <= kMostRows && noise_rows >= 0 && samples_per_row > 0, "rows to mix do not fit",
          std::to_string(rows) + " of " + std::to_string(samples_per_row) + " samples", "give at most 2^31, not empty");
  require(options.noise_probability == 0 || (noise_rows > 0 && noise_samples_per_row > 0),
          "there is no noise to mix in", std::to_string(noise_rows) + " rows",
          "give rows of noise, or a probability of 0");
  counts_ = count_views(rows, options.view_shares);
  for (const std::int64_t count : counts_) views_ += count;
}

std::int64_t MixturePlan::slots() const {
  return static_cast<std::int64_t>(counts_.size()) + (options_.noise_probability > 0 ? 1 : 0);
}

PlannedView MixturePlan::view(std::uint32_t epoch, std::int64_t view) const {
  const EpochSeed seed{options_.seed, epoch};
  // Places of views: those of one source first, then those of two, …; so are the places of their rows.
  std::int64_t place = permuted(view, views_, seed, DrawPurpose::view_order);
  std::int64_t first = 0;
  std::int64_t sources = 1;
  for (const std::int64_t count : counts_) {
    if (place < count) break;
    place -= count;
    first += count * sources;
    ++sources;
  }
  PlannedView planned;
  for (std::int64_t i = 0; i < sources; ++i) planned.sources.push_back(plan_source(seed, first + place * sources + i));
  planned.noise = plan_noise(seed, view);
  return planned;
}

PlannedSource MixturePlan::plan_source(EpochSeed seed, std::int64_t place) const {
  PlannedSource source;
  source.row = permuted(place, rows_, seed, DrawPurpose::row_order);
  source.start = plan_start(samples_per_row_, options_.window_samples, seed, DrawPurpose::start, source.row);
  if (options_.target_peak)
    source.target_peak = draw_in(*options_.target_peak, seed, DrawPurpose::target_peak, source.row);
  if (options_.gain_db) source.gain_db = draw_in(*options_.gain_db, seed, DrawPurpose::gain, source.row);
  return source;
}

std::optional<PlannedNoise> MixturePlan::plan_noise(EpochSeed seed, std::int64_t view) const {
  const auto index = static_cast<std::uint64_t>(view);
  if (draw_unit(seed, DrawPurpose::noise_present, index) >= options_.noise_probability) return std::nullopt;
  return PlannedNoise{static_cast<std::int64_t>(
                          draw_below(seed, DrawPurpose::noise_row, index, static_cast<std::uint64_t>(noise_rows_))),
                      plan_start(noise_samples_per_row_, options_.window_samples, seed, DrawPurpose::noise_start, view),
                      draw_in(options_.snr_db, seed, DrawPurpose::snr, view)};
}

}  // namespace veery
