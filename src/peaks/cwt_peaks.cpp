#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <veery/peaks/cwt_peaks.hpp>

#include "peaks/convolution.hpp"
#include "peaks/ridge_lines.hpp"
#include "peaks/sliding_quantile.hpp"

namespace veery {
namespace {

constexpr std::int64_t kBlock = 16'384;  ///< columns transformed at once; bounds memory for days of audio
constexpr double kReachPerWidth = 0.25;
constexpr std::int64_t kFewestPoints = 3;  ///< a quarter of the ten rows, rounded up
constexpr double kNoiseQuantile = 10.0 / 100.0;
constexpr double kLowestSnr = 1.0;

/// Strict relative maxima of one row in the whole signal; `row0` receives the row when wanted.
std::vector<RidgePoint> row_maxima(std::span<const float> signal, int width, std::vector<double>* row) {
  const auto length = static_cast<std::int64_t>(signal.size());
  std::vector<RidgePoint> maxima;
  for (std::int64_t begin = 0; begin < length; begin += kBlock) {
    const std::int64_t end = std::min(begin + kBlock, length);
    const std::int64_t first = std::max<std::int64_t>(begin - 1, 0);
    const std::vector<double> values = cwt_row(signal, width, first, std::min(end + 1, length));
    for (std::size_t i = 1; i + 1 < values.size(); ++i) {
      if (values[i] > values[i - 1] && values[i] > values[i + 1]) {
        maxima.push_back({first + static_cast<std::int64_t>(i), values[i]});
      }
    }
    if (row != nullptr) {
      const auto from = values.begin() + (begin - first);
      row->insert(row->end(), from, from + (end - begin));
    }
  }
  return maxima;
}

/// Drops lines that are short or weak against the noise around their end; keeps columns, ascending.
std::vector<std::int64_t> filter_lines(std::vector<RidgeLine> lines, std::span<const double> narrowest_row) {
  std::erase_if(lines, [](const RidgeLine& line) { return line.points < kFewestPoints; });
  std::sort(lines.begin(), lines.end(),
            [](const RidgeLine& a, const RidgeLine& b) { return a.end.column < b.end.column; });
  const auto length = static_cast<std::int64_t>(narrowest_row.size());
  const std::int64_t window = (length + 19) / 20;
  SlidingQuantile noise{narrowest_row};
  std::vector<std::int64_t> columns;
  for (const RidgeLine& line : lines) {
    const std::int64_t column = line.end.column;
    noise.move_to(std::max<std::int64_t>(column - window / 2, 0), std::min(column + window / 2 + window % 2, length));
    // The noise level may be negative or zero, and then SciPy's rule passes: !(|x| < 1), not |x| >= 1.
    const double snr = std::abs(line.end.value / noise.quantile(kNoiseQuantile));
    if (!(snr < kLowestSnr)) columns.push_back(column);
  }
  return columns;
}

}  // namespace

std::vector<double> ricker_wavelet(std::int64_t points, int width) {
  const double a = width;
  const double height = 2.0 / (std::sqrt(3.0 * a) * std::pow(std::numbers::pi, 0.25));
  std::vector<double> wavelet(static_cast<std::size_t>(points));
  for (std::size_t k = 0; k < wavelet.size(); ++k) {
    const double v = static_cast<double>(k) - static_cast<double>(points - 1) / 2.0;
    const double square = v * v / (a * a);
    wavelet[k] = height * (1.0 - square) * std::exp(-square / 2.0);
  }
  return wavelet;
}

std::vector<double> cwt_row(std::span<const float> signal, int width, std::int64_t begin, std::int64_t end) {
  const auto length = static_cast<std::int64_t>(signal.size());
  const std::int64_t points = std::min<std::int64_t>(10 * std::int64_t{width}, length);
  const std::vector<double> wavelet = ricker_wavelet(points, width);
  // Mode "same" of a symmetric kernel: output i sums the signal from i − ⌊points / 2⌋ on.
  std::vector<double> padded(static_cast<std::size_t>(end - begin + points - 1), 0.0);
  const std::int64_t first = begin - points / 2;
  for (std::int64_t i = std::max<std::int64_t>(first, 0);
       i < std::min(first + static_cast<std::int64_t>(padded.size()), length); ++i) {
    padded[static_cast<std::size_t>(i - first)] = static_cast<double>(signal[static_cast<std::size_t>(i)]);
  }
  std::vector<double> row(static_cast<std::size_t>(end - begin));
  correlate(padded, wavelet, row);
  return row;
}

std::vector<std::int64_t> find_cwt_peaks(std::span<const float> signal) {
  if (signal.empty()) return {};
  std::vector<double> narrowest_row;
  std::vector<RidgeLine> lines;
  for (std::size_t r = kCwtWidths.size(); r-- > 0;) {
    const std::vector<RidgePoint> maxima = row_maxima(signal, kCwtWidths[r], r == 0 ? &narrowest_row : nullptr);
    extend_ridge_lines(lines, maxima, kReachPerWidth * kCwtWidths[r]);
  }
  return filter_lines(std::move(lines), narrowest_row);
}

}  // namespace veery
