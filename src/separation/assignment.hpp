#pragma once
// The linear assignment problem: each row of a square matrix gets a column of its own so that the sum is largest.
#include <cstddef>
#include <vector>

namespace veery::separation {

/// Square: [row, column].
class ScoreMatrix {
 public:
  explicit ScoreMatrix(std::size_t size) : size_(size), scores_(size * size) {}

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] double& operator()(std::size_t row, std::size_t column) { return scores_[row * size_ + column]; }
  [[nodiscard]] double operator()(std::size_t row, std::size_t column) const { return scores_[row * size_ + column]; }

 private:
  std::size_t size_;
  std::vector<double> scores_;
};

/// Row → column, in O(size³): the Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987).
/// All scores must be finite. Totals that differ by less than about 1e-9 of the largest score count as equal; of
/// those the order wins that keeps most rows at their own number.
[[nodiscard]] std::vector<int> best_assignment(const ScoreMatrix& scores);

[[nodiscard]] double total_score(const ScoreMatrix& scores, const std::vector<int>& columns);

}  // namespace veery::separation
