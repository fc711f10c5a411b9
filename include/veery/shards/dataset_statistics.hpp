#pragma once
// What the rows of a split are like: counts and levels. All sums are of integers, so that parts may be added in any
// order; memory grows with the number of different sites, days, labels and levels, not of rows.
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include <veery/shards/example.hpp>

namespace veery {

/// One row's mixture, re full scale.
struct RowLevel {
  std::optional<double> rms_db;   ///< none: every sample is zero
  std::optional<double> peak_db;  ///< of the largest |sample|; likewise
  double offset = 0.0;            ///< mean of the samples (DC)
  std::int64_t clipped = 0;       ///< samples of at least 1 - 2^-15 of full scale, which int16 can't exceed
};
[[nodiscard]] RowLevel measure_row(std::span<const std::byte> mixture, AudioType type);

inline constexpr double kStepsPerDecibel = 100.0;
inline constexpr double kStepsPerFullScale = 100'000.0;
/// Values rounded to a step, each with the number of rows that have it.
using Distribution = std::map<std::int64_t, std::int64_t>;
/// The smallest value that at least `share` of `rows` do not exceed; none where that is a row without a value, all of
/// which count as below every value.
[[nodiscard]] std::optional<std::int64_t> quantile(const Distribution& values, std::int64_t rows, double share);

struct SplitStatistics {
  std::int64_t rows = 0;
  std::int64_t samples = 0;
  std::map<std::string, std::int64_t> sites;   ///< rows; empty: unknown
  std::map<std::string, std::int64_t> days;    ///< 2024-06-01, by the recorder's clock; empty: unknown
  std::map<std::string, std::int64_t> hours;   ///< 05, likewise
  std::map<std::string, std::int64_t> labels;  ///< of a row with several, each counts; empty: none
  Distribution rms;                            ///< kStepsPerDecibel, re full scale
  Distribution peak;                           ///< likewise
  Distribution offset;                         ///< kStepsPerFullScale
  std::int64_t zero_rows = 0;                  ///< every sample is zero
  std::int64_t silent_rows = 0;                ///< below the threshold, those of zeros included
  std::int64_t clipped_rows = 0;
  std::int64_t clipped_samples = 0;

  void add(const Example& example, const RowLevel& level, std::int64_t row_samples, double silent_below_db);
  void add(const SplitStatistics& other);
};

/// All numbers, as one line; `statistics_from` gives them back.
[[nodiscard]] std::string to_text(const SplitStatistics& statistics);
[[nodiscard]] SplitStatistics statistics_from(const std::string& text);

}  // namespace veery
