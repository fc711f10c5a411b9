#pragma once
// A quantile of a window that slides over a fixed signal: values are ranked once, the window is a set of
// ranks in a bit set with counts per block, so a step costs O(1) and a query O(√n).
#include <cstdint>
#include <span>
#include <vector>

namespace veery {

class SlidingQuantile {
 public:
  explicit SlidingQuantile(std::span<const double> signal);

  /// Moves the window to [begin, end), which may only move forward.
  void move_to(std::int64_t begin, std::int64_t end);

  /// Linear interpolation between order statistics, as scipy.stats.scoreatpercentile.
  [[nodiscard]] double quantile(double fraction) const;

 private:
  void insert(std::int64_t position);
  void remove(std::int64_t position);
  [[nodiscard]] double value_at(std::int64_t order) const;

  std::span<const double> signal_;
  std::vector<std::int32_t> by_rank_;       ///< position of each rank
  std::vector<std::int32_t> rank_;          ///< rank of each position
  std::vector<std::uint64_t> present_;      ///< one bit a rank
  std::vector<std::int32_t> block_counts_;  ///< ranks present in each block of words
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace veery
