#include "separation/assignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace veery::separation {
namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Rows are assigned one by one. Dual prices of rows and columns keep every reduced cost at or above zero, and at
/// zero where a row is assigned, so that the cheapest way to rearrange is a shortest path.
class ShortestAugmentingPaths {
 public:
  explicit ShortestAugmentingPaths(const ScoreMatrix& scores)
      : scores_(scores), row_price_(scores.size()), column_price_(scores.size()), row_of_(scores.size(), kNone) {
    double largest = 0.0;
    for (std::size_t row = 0; row < scores.size(); ++row) {
      for (std::size_t column = 0; column < scores.size(); ++column) {
        largest = std::max(largest, std::abs(scores(row, column)));
      }
    }
    own_number_bonus_ = 1e-9 / static_cast<double>(std::max<std::size_t>(scores.size(), 1)) * std::max(largest, 1e-300);
  }

  std::vector<int> solve() {
    for (std::size_t row = 0; row < scores_.size(); ++row) assign(row);
    std::vector<int> columns(scores_.size());
    for (std::size_t column = 0; column < columns.size(); ++column) columns[row_of_[column]] = static_cast<int>(column);
    return columns;
  }

 private:
  [[nodiscard]] double reduced_cost(std::size_t row, std::size_t column) const {
    const double bonus = row == column ? own_number_bonus_ : 0.0;
    return -(scores_(row, column) + bonus) - row_price_[row] - column_price_[column];
  }

  void assign(const std::size_t new_row) {
    const std::size_t size = scores_.size();
    std::vector<double> distance(size, std::numeric_limits<double>::infinity());
    std::vector<std::size_t> before(size, kNone);  // the column by which the path comes
    std::vector<bool> reached(size, false);
    double travelled = 0.0;
    std::size_t at = kNone;
    for (std::size_t row = new_row; row != kNone; row = row_of_[at]) {
      std::size_t nearest = kNone;
      for (std::size_t column = 0; column < size; ++column) {
        if (reached[column]) continue;
        const double by_row = travelled + reduced_cost(row, column);
        if (by_row < distance[column]) {
          distance[column] = by_row;
          before[column] = at;
        }
        if (nearest == kNone || distance[column] < distance[nearest]) nearest = column;
      }
      at = nearest;
      travelled = distance[at];
      reached[at] = true;
    }
    raise_prices(new_row, distance, reached, travelled);
    for (; at != kNone; at = before[at]) row_of_[at] = before[at] == kNone ? new_row : row_of_[before[at]];
  }

  void raise_prices(std::size_t new_row, const std::vector<double>& distance, const std::vector<bool>& reached,
                    double travelled) {
    row_price_[new_row] += travelled;
    for (std::size_t column = 0; column < reached.size(); ++column) {
      if (!reached[column] || row_of_[column] == kNone) continue;
      row_price_[row_of_[column]] += travelled - distance[column];
      column_price_[column] -= travelled - distance[column];
    }
  }

  const ScoreMatrix& scores_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<std::size_t> row_of_;  ///< column → row
  double own_number_bonus_ = 0.0;
};

}  // namespace

std::vector<int> best_assignment(const ScoreMatrix& scores) {
  return ShortestAugmentingPaths{scores}.solve();
}

double total_score(const ScoreMatrix& scores, const std::vector<int>& columns) {
  double total = 0.0;
  for (std::size_t row = 0; row < columns.size(); ++row) total += scores(row, static_cast<std::size_t>(columns[row]));
  return total;
}

}  // namespace veery::separation
