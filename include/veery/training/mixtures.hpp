#pragma once
// Views for separation training: slices cut at random, brought to random levels, added up, with noise. What Perch's
// pipeline does with RandomNormalizeAudio, RandomSlice, MixAudio and Pad, with three differences: any view can be made
// by itself, an epoch has a length that is known, and shares are exact rather than expected
// (docs/decisions/0025-mixtures.md).
//
// View i of epoch e is a pure function of (rows, options, e, i). docs/examples/veery_mixtures.py makes the same bits:
// gains are worked out in float64 by +, -, ×, ÷ and square root alone and rounded to float32 once; a sample is
// multiplied with its gain in float32; sources are added in float32 from the first to the last, then the noise;
// energies are sums in float64 from the first sample to the last.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <veery/shards/example.hpp>
#include <veery/training/counter_random.hpp>
#include <veery/training/row_source.hpp>

namespace veery {

/// Uniform in [least, most): least + (most - least) · draw.
struct DrawRange {
  double least = 0;
  double most = 0;
};

/// Over what the peak of a source is taken before its level is set.
enum class PeakScope { row, window };

struct MixtureOptions {
  std::uint64_t seed = 0;
  std::int64_t window_samples = 160000;
  /// Number k, from 1: how many views have k sources, in proportion to the others, as Perch's `target_dist`: a share of
  /// *views*, not of rows. A row is in at most one view of an epoch; fewer than there are shares are in none.
  std::vector<double> view_shares{0, 1};
  /// A source times target / (peak + 0.01); empty: left as it is.
  std::optional<DrawRange> target_peak = DrawRange{0.15, 0.25};
  PeakScope peak_scope = PeakScope::row;  ///< Perch's separator: row, since it normalises before it cuts
  std::optional<DrawRange> gain_db{};     ///< on top of the target
  double noise_probability = 0;           ///< of a view
  DrawRange snr_db{0, 40};                ///< energy of the sum of the sources over that of the noise, in the window
};

/// The shares that Perch's `mixin_prob` p means: (1 - p, p / 2). A fraction p of the rows goes in pairs; of the views
/// (p / 2) / (1 - p / 2) are mixtures.
[[nodiscard]] std::vector<double> perch_view_shares(double mixin_probability);

struct PlannedSource {
  std::int64_t row = 0;
  std::int64_t start = 0;  ///< of the window in the row; negative for a row that is shorter: zeros before and after
  std::optional<double> target_peak;
  std::optional<double> gain_db;
};

struct PlannedNoise {
  std::int64_t row = 0;  ///< of the noise
  std::int64_t start = 0;
  double snr_db = 0;
};

struct PlannedView {
  std::vector<PlannedSource> sources;
  std::optional<PlannedNoise> noise;
};

/// Which rows go into which view, and how. Cheap: nothing is held for each row. Thread-safe.
class MixturePlan {
 public:
  /// `noise_rows` 0: there is no noise. Throws Error for options that do not fit, and above 2^31 rows.
  MixturePlan(std::int64_t rows, std::int64_t samples_per_row, const MixtureOptions& options,
              std::int64_t noise_rows = 0, std::int64_t noise_samples_per_row = 0);

  [[nodiscard]] const MixtureOptions& options() const { return options_; }
  /// The same in every epoch.
  [[nodiscard]] std::int64_t views() const { return views_; }
  [[nodiscard]] const std::vector<std::int64_t>& views_by_sources() const { return counts_; }
  /// Most sources of a view, noise counted too.
  [[nodiscard]] std::int64_t slots() const;
  /// Throws Error when there is no such view.
  [[nodiscard]] PlannedView view(std::uint32_t epoch, std::int64_t view) const;

 private:
  [[nodiscard]] PlannedSource plan_source(EpochSeed seed, std::int64_t place) const;
  [[nodiscard]] std::optional<PlannedNoise> plan_noise(EpochSeed seed, std::int64_t view) const;

  MixtureOptions options_;
  std::int64_t rows_;
  std::int64_t samples_per_row_;
  std::int64_t noise_rows_;
  std::int64_t noise_samples_per_row_;
  std::vector<std::int64_t> counts_;  ///< views of 1, 2, … sources
  std::int64_t views_ = 0;
};

/// Which view of a plan.
struct EpochView {
  std::uint32_t epoch = 0;
  std::int64_t view = 0;
};

struct MixtureView {
  std::vector<std::int64_t> rows;  ///< as many as there are sources
  std::vector<float> audio;        ///< [sample]: the plain sum, which may exceed 1
  std::vector<float> sources;  ///< [slot, sample]: sources, then zeros; with noise_probability the last is the noise
};

/// Noise without energy, RMS at most 1e-8, stays as it is, and so does noise to which the sources are silent: no
/// factor would give them the ratio. `noise` may be null when the plan has none.
[[nodiscard]] MixtureView make_view(const MixturePlan& plan, const RowSource& rows, const RowSource* noise,
                                    std::uint32_t epoch, std::int64_t view);

/// Every class that one of the rows is annotated with, ascending: Perch's maximum of labels.
[[nodiscard]] std::vector<std::int32_t> joined_labels(std::span<const Example> examples,
                                                      std::span<const std::int64_t> rows);

/// The order of Perch's own MixAudio, for comparison: element i waits in bucket keys[i] from 0 on, and a bucket k that
/// holds k + 1 is a view. Returns the elements of each view; what still waits at the end is lost.
[[nodiscard]] std::vector<std::vector<std::size_t>> mix_by_arrival(std::span<const std::size_t> keys);

}  // namespace veery
