#include "reference.hpp"

#include <algorithm>
#include <cmath>

#include <veery/peaks/cwt_peaks.hpp>
#include <veery/peaks/mel_spectrogram.hpp>

namespace veery::test {

std::vector<double> naive_cwt_row(std::span<const float> signal, int width) {
  const auto length = static_cast<std::int64_t>(signal.size());
  const std::int64_t points = std::min<std::int64_t>(10 * std::int64_t{width}, length);
  const std::vector<double> wavelet = ricker_wavelet(points, width);
  std::vector<double> row;
  for (std::int64_t i = 0; i < length; ++i) {
    double sum = 0.0;
    for (std::int64_t k = 0; k < points; ++k) {  // output i of "same" is output i + (points - 1) / 2 of "full"
      const std::int64_t at = i + (points - 1) / 2 - k;
      if (at < 0 || at >= length) continue;
      sum += wavelet[static_cast<std::size_t>(k)] * static_cast<double>(signal[static_cast<std::size_t>(at)]);
    }
    row.push_back(sum);
  }
  return row;
}

void naive_extend(std::vector<RidgeLine>& lines, std::span<const RidgePoint> maxima, double reach) {
  std::vector<std::int64_t> before;
  for (const RidgeLine& line : lines) before.push_back(line.end.column);
  for (const RidgePoint& maximum : maxima) {
    std::size_t nearest = before.size();
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (nearest == before.size() ||
          std::abs(before[i] - maximum.column) < std::abs(before[nearest] - maximum.column)) {
        nearest = i;
      }
    }
    if (nearest < before.size() && static_cast<double>(std::abs(before[nearest] - maximum.column)) <= reach) {
      lines[nearest].end = maximum;
      ++lines[nearest].points;
    } else {
      lines.push_back({maximum, 1});
    }
  }
}

double naive_quantile(std::span<const double> signal, std::int64_t begin, std::int64_t end, double fraction) {
  std::vector<double> values(signal.begin() + begin, signal.begin() + end);
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double part = place - static_cast<double>(below);
  if (part == 0.0) return values[below];
  return values[below] * (static_cast<double>(below + 1) - place) + values[below + 1] * part;
}

std::vector<std::int64_t> naive_cwt_peaks(std::span<const float> signal) {
  const auto length = static_cast<std::int64_t>(signal.size());
  std::vector<RidgeLine> lines;
  std::vector<double> row;
  for (std::size_t r = kCwtWidths.size(); r-- > 0;) {
    // The rows are the product's own (their test is apart): equal to the last bit, so that ties stay ties.
    row = cwt_row(signal, kCwtWidths[r], 0, length);
    std::vector<RidgePoint> maxima;
    for (std::size_t c = 1; c + 1 < row.size(); ++c) {
      if (row[c] > row[c - 1] && row[c] > row[c + 1]) maxima.push_back({static_cast<std::int64_t>(c), row[c]});
    }
    naive_extend(lines, maxima, kCwtWidths[r] / 4.0);
  }
  const auto window = static_cast<std::int64_t>(std::ceil(static_cast<double>(length) / 20.0));
  std::vector<std::int64_t> columns;
  for (const RidgeLine& line : lines) {
    const std::int64_t from = std::max<std::int64_t>(line.end.column - window / 2, 0);
    const std::int64_t to = std::min(line.end.column + window / 2 + window % 2, length);
    const double snr = std::abs(line.end.value / naive_quantile(row, from, to, 0.1));
    if (line.points >= 3 && !(snr < 1.0)) columns.push_back(line.end.column);
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

std::vector<double> naive_denoised(std::span<const float> rows) {
  const std::size_t frames = rows.size() / kMelBands;
  std::vector<double> output(rows.size());
  for (std::size_t band = 0; band < kMelBands; ++band) {
    std::vector<double> x;
    for (std::size_t f = 0; f < frames; ++f) x.push_back(static_cast<double>(rows[f * kMelBands + band]));
    double mean = 0.0;
    for (const double value : x) mean += value / static_cast<double>(frames);
    double variance = 0.0;
    for (const double value : x) variance += (value - mean) * (value - mean) / static_cast<double>(frames);
    double count = 0.0;
    double sum = 0.0;
    const auto is_noise = [&](double value) { return value - mean < 1.5 * std::sqrt(variance); };
    for (const double value : x) {
      if (is_noise(value)) count += 1.0, sum += value;
    }
    const double noise_mean = sum / (count + 1.0);
    double variation = 0.0;
    for (const double value : x) {
      if (is_noise(value)) variation += (value - noise_mean) * (value - noise_mean);
    }
    const double deviation = std::sqrt(variation / (count + 1.0));
    for (std::size_t f = 0; f < frames; ++f) {
      const bool signal = x[f] - noise_mean >= 0.75 * deviation;
      output[f * kMelBands + band] = signal ? x[f] - noise_mean : 0.0;
    }
  }
  return output;
}

}  // namespace veery::test
