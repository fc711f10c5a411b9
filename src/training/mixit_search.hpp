#pragma once
// The best way to add up estimates to references, for one example.
#include <ATen/core/Tensor.h>

#include <vector>

#include <veery/training/losses.hpp>

namespace veery::training {

/// All that the error of any sum of estimates depends on, for one batch, on the CPU. Double precision, because the
/// error is a small difference of these.
struct InnerProducts {
  at::Tensor energies;  ///< [batch, reference]
  at::Tensor floors;    ///< [batch, reference]: what is added to the squared error
  at::Tensor cross;     ///< [batch, reference, estimate]
  at::Tensor gram;      ///< [batch, estimate, estimate]
};

/// Every way is tried, or those of `allowed`; the first of equals wins.
[[nodiscard]] Assignment search_all(const InnerProducts& products, std::int64_t example,
                                    const std::vector<Assignment>& allowed);

/// For more ways than can be tried: the least-squares matrix, rounded, from where single estimates move for as long as
/// that helps. Not always the best one.
[[nodiscard]] Assignment search_from_least_squares(const InnerProducts& products, std::int64_t example);

/// Whether there are few enough ways to try all.
[[nodiscard]] bool can_search_all(std::int64_t references, std::int64_t estimates);

}  // namespace veery::training
