#pragma once
// The peak finder's steps restated as plainly as possible, slow and in float64, to compare with.
#include <cstdint>
#include <span>
#include <vector>

#include "peaks/ridge_lines.hpp"

namespace veery::test {

/// One row of the transform by its definition.
[[nodiscard]] std::vector<double> naive_cwt_row(std::span<const float> signal, int width);

/// Every maximum against every line.
void naive_extend(std::vector<RidgeLine>& lines, std::span<const RidgePoint> maxima, double reach);

/// scipy.stats.scoreatpercentile of [begin, end).
[[nodiscard]] double naive_quantile(std::span<const double> signal, std::int64_t begin, std::int64_t end,
                                    double fraction);

/// scipy.signal.find_peaks_cwt with Perch's widths.
[[nodiscard]] std::vector<std::int64_t> naive_cwt_peaks(std::span<const float> signal);

/// Perch's mixture denoising of `frames` rows of kMelBands values.
[[nodiscard]] std::vector<double> naive_denoised(std::span<const float> rows);

}  // namespace veery::test
