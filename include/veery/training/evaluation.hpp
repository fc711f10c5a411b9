#pragma once
// How well a model separates, as the papers on MixIT and FUSS report it: scores of single examples, and their means.
// Source: google-research/sound-separation, models/dcase2020_fuss_baseline/evaluate_lib.py. Pure functions.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace veery {

/// A source that sounds and the stem that fits it best.
struct SourceScore {
  std::int64_t source = 0;  ///< its number among the references
  double si_snr_db = 0;
  double improvement_db = 0;  ///< over the mixture
};

struct ExampleScores {
  std::int64_t sources = 0;         ///< that sound: RMS above 1e-8
  std::int64_t stems = 0;           ///< that do: power above a hundredth of the faintest such source's
  std::vector<SourceScore> scored;  ///< pairs of which both sound
};

/// References [source, sample] against stems [stem, sample]; the mixture is the sum of the references. Each source
/// gets a stem of its own, so that the sum of SI-SNRs is the largest.
[[nodiscard]] ExampleScores score_example(const at::Tensor& references, const at::Tensor& stems);

/// A mean with the half width of its 95 % confidence interval by Student's t, which holds for few examples too; 0 for
/// fewer than two.
struct Mean {
  std::int64_t count = 0;
  double mean = 0;
  double half_width = 0;
};
[[nodiscard]] Mean mean_of(std::span<const double> values);
/// Of all values. Those of one example are not independent: the interval is of the sums of their deviations
/// (cluster-robust), and 0 for fewer than two examples with values.
[[nodiscard]] Mean mean_of_examples(std::span<const std::vector<double>> examples);

/// Of examples with `sources` sources that sound, or with two and more for `sources` 0.
struct GroupScores {
  std::int64_t sources = 0;
  std::int64_t examples = 0;
  Mean si_snr;       ///< of one source: 1S
  Mean improvement;  ///< of several: MSi
  Mean foreground;   ///< improvement of sources other than the first, which is the background
  double under = 0;  ///< shares of the examples in which fewer, as many, and more stems sound than sources
  double equal = 0;
  double over = 0;
};

/// A group for each number of sources that there is, ascending, then one of two and more.
[[nodiscard]] std::vector<GroupScores> grouped(std::span<const ExampleScores> examples);

}  // namespace veery
