#include <algorithm>

#include <veery/slices/slice.hpp>

namespace veery {

std::int64_t samples_in(double seconds, int sample_rate_hz) {
  return static_cast<std::int64_t>(seconds * sample_rate_hz);
}

std::vector<Slice> windows_around_peaks(std::span<const Peak> peaks, std::int64_t length, std::int64_t recording_end,
                                        const SliceOptions& options) {
  const auto most = static_cast<std::size_t>(std::max(options.peaks.most_peaks, 0));
  std::vector<Slice> windows;
  for (const Peak& peak : peaks) {
    if (most > 0 && windows.size() == most) break;
    std::int64_t start = std::max<std::int64_t>(peak.sample - length / 2, 0);
    if (start + length > recording_end) {
      if (options.edge == Edge::drop) continue;
      start = recording_end - length;
    }
    const auto same_start = [&](const Slice& window) { return window.start == start; };
    if (std::any_of(windows.begin(), windows.end(), same_start)) continue;
    windows.push_back({start, length, length, peak});
  }
  std::sort(windows.begin(), windows.end(), [](const Slice& a, const Slice& b) { return a.start < b.start; });
  return windows;
}

std::vector<float> wrap_pad(std::span<const float> samples, std::int64_t length) {
  const auto count = static_cast<std::int64_t>(samples.size());
  const std::int64_t left = (length - count) / 2;
  std::vector<float> padded(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) {
    padded[static_cast<std::size_t>(i)] = samples[static_cast<std::size_t>(((i - left) % count + count) % count)];
  }
  return padded;
}

}  // namespace veery
