#include <algorithm>

#include <veery/separation/windows.hpp>

namespace veery {

std::vector<std::int64_t> window_starts(std::int64_t length, std::int64_t window, std::int64_t hop) {
  std::vector<std::int64_t> starts;
  if (length <= 0) return starts;
  const std::int64_t last = std::max<std::int64_t>(length - window, 0);
  starts.reserve(static_cast<std::size_t>(last / hop + 2));
  for (std::int64_t start = 0; start < last; start += hop) starts.push_back(start);
  starts.push_back(last);
  return starts;
}

}  // namespace veery
