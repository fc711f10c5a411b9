#include "peaks/ridge_lines.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace veery {
namespace {

struct LineEnd {
  std::int64_t column;
  std::size_t line;
};

std::vector<LineEnd> sorted_ends(const std::vector<RidgeLine>& lines) {
  std::vector<LineEnd> ends;
  ends.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) ends.push_back({lines[i].end.column, i});
  std::sort(ends.begin(), ends.end(), [](const LineEnd& a, const LineEnd& b) {
    return a.column != b.column ? a.column < b.column : a.line < b.line;
  });
  // Of several lines that end in one column only the earliest can ever be nearest.
  const auto same_column = [](const LineEnd& a, const LineEnd& b) { return a.column == b.column; };
  ends.erase(std::unique(ends.begin(), ends.end(), same_column), ends.end());
  return ends;
}

}  // namespace

void extend_ridge_lines(std::vector<RidgeLine>& lines, std::span<const RidgePoint> maxima, double reach) {
  const std::vector<LineEnd> ends = sorted_ends(lines);
  std::size_t right = 0;  // first end to the right of the maximum
  for (const RidgePoint& maximum : maxima) {
    while (right < ends.size() && ends[right].column <= maximum.column) ++right;
    std::optional<LineEnd> nearest;
    if (right > 0) nearest = ends[right - 1];
    if (right < ends.size()) {
      const std::int64_t ahead = ends[right].column - maximum.column;
      const std::int64_t behind = nearest ? maximum.column - nearest->column : ahead + 1;
      if (ahead < behind || (ahead == behind && ends[right].line < nearest->line)) nearest = ends[right];
    }
    if (nearest && static_cast<double>(std::abs(nearest->column - maximum.column)) <= reach) {
      lines[nearest->line].end = maximum;
      ++lines[nearest->line].points;
    } else {
      lines.push_back({maximum, 1});
    }
  }
}

}  // namespace veery
