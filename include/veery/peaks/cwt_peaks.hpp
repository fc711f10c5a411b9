#pragma once
// Peaks of a one-dimensional signal by ridge lines of its continuous wavelet transform.
//
// Source: scipy.signal.find_peaks_cwt of SciPy 1.15.3 with the widths that Perch passes (50, 65, … 185
// frames) and all defaults, restated: Du, Kibbe, Lin (2006), Bioinformatics 22(17). Time and memory grow
// linearly with the signal; everything is float64.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace veery {

inline constexpr std::array<int, 10> kCwtWidths{50, 65, 80, 95, 110, 125, 140, 155, 170, 185};

/// Ricker wavelet ("Mexican hat") of `points` samples and scale `width`.
[[nodiscard]] std::vector<double> ricker_wavelet(std::int64_t points, int width);

/// Samples [begin, end) of one row of the transform of `signal`.
[[nodiscard]] std::vector<double> cwt_row(std::span<const float> signal, int width, std::int64_t begin,
                                          std::int64_t end);

/// Positions of the peaks, ascending (duplicates are possible in principle).
[[nodiscard]] std::vector<std::int64_t> find_cwt_peaks(std::span<const float> signal);

}  // namespace veery
