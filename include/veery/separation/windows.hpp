#pragma once
// Where the windows of a recording lie.
#include <cstdint>
#include <vector>

namespace veery {

struct WindowOptions {
  double window_s = 10.0;
  double hop_s = 8.0;   ///< from start to start; the rest overlaps
  double fade_s = 1.0;  ///< of the cross-fade, in the middle of the overlap; what lies outside it is context
};

/// The starts of windows of `window` samples over `length` samples: every `hop`, the last one moved back so that
/// it ends with the recording. One window at 0 if the recording is no longer than a window, none if it is empty.
[[nodiscard]] std::vector<std::int64_t> window_starts(std::int64_t length, std::int64_t window, std::int64_t hop);

}  // namespace veery
