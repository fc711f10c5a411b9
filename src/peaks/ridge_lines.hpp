#pragma once
// Ridge lines: relative maxima of the transform's rows, linked from the widest wavelet to the narrowest.
#include <cstdint>
#include <span>
#include <vector>

namespace veery {

struct RidgePoint {
  std::int64_t column = 0;
  double value = 0.0;  ///< of the transform there
};

/// A line as far as it has been followed: where it ends (its narrowest row) and how many maxima joined it.
struct RidgeLine {
  RidgePoint end;
  std::int64_t points = 1;
};

/// Continues `lines` with the maxima of the next narrower row (columns ascending). A maximum joins the line
/// whose end, as of the row before, is nearest (ties: the earliest line) when that is at most
/// `reach` away, else it starts a line. Several maxima may join one line: the right-most becomes its end.
void extend_ridge_lines(std::vector<RidgeLine>& lines, std::span<const RidgePoint> maxima, double reach);

}  // namespace veery
