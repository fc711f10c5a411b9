#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/waveforms.hpp"

namespace veery {
namespace {

using Permutation = std::vector<std::int64_t>;
constexpr double kNever = std::numeric_limits<double>::infinity();

/// Losses of one example: a row a reference, a column an estimate. Sums of float32 losses are exact in double
/// precision, so equals are seen as equals.
class LossMatrix {
 public:
  LossMatrix(const double* losses, std::size_t sources) : losses_(losses), sources_(sources) {}

  [[nodiscard]] std::size_t sources() const { return sources_; }
  [[nodiscard]] const double* row(std::size_t reference) const { return losses_ + reference * sources_; }

 private:
  const double* losses_;
  std::size_t sources_;
};

/// Dynamic programming over sets of estimates: S 2^S steps where trying all permutations takes S S!, and, other than
/// with the Hungarian algorithm, the first of equals can be told.
Permutation best_permutation(const LossMatrix& matrix) {
  const std::size_t sources = matrix.sources();
  // The least sum for the references that are left when the first ones have taken this set.
  std::vector<double> least(std::size_t{1} << sources, kNever);
  least.back() = 0;
  for (std::size_t set = least.size() - 1; set-- > 0;) {
    const double* losses = matrix.row(static_cast<std::size_t>(std::popcount(set)));
    for (std::size_t estimate = 0; estimate < sources; ++estimate) {
      const std::size_t with = set | std::size_t{1} << estimate;
      if (with != set) least[set] = std::min(least[set], losses[estimate] + least[with]);
    }
  }
  Permutation permutation;
  for (std::size_t reference = 0, set = 0; reference < sources; ++reference) {
    std::size_t chosen = sources;
    double sum = kNever;
    for (std::size_t estimate = 0; estimate < sources; ++estimate) {
      const std::size_t with = set | std::size_t{1} << estimate;
      if (with == set) continue;
      const double with_estimate = matrix.row(reference)[estimate] + least[with];
      if (chosen != sources && !(with_estimate < sum)) continue;
      chosen = estimate;
      sum = with_estimate;
    }
    permutation.push_back(static_cast<std::int64_t>(chosen));
    set |= std::size_t{1} << chosen;
  }
  return permutation;
}

/// The best estimate for each reference, taken or not.
Permutation best_with_repetition(const LossMatrix& matrix) {
  Permutation permutation;
  for (std::size_t reference = 0; reference < matrix.sources(); ++reference) {
    const double* losses = matrix.row(reference);
    permutation.push_back(std::min_element(losses, losses + matrix.sources()) - losses);
  }
  return permutation;
}

/// [batch, reference, estimate] in double precision on the CPU. One reference at a time: S times less memory.
at::Tensor loss_matrices(const at::Tensor& references, const at::Tensor& estimates, const PairLoss& pair_loss,
                         const std::vector<std::string>& signal_types) {
  const at::NoGradGuard no_gradients;
  std::vector<at::Tensor> rows;
  rows.reserve(static_cast<std::size_t>(references.size(1)));
  for (std::int64_t reference = 0; reference < references.size(1); ++reference) {
    rows.push_back(pair_loss(references.narrow(1, reference, 1), estimates));
  }
  at::Tensor losses = at::stack(rows, 1).to(at::kCPU, at::kDouble).contiguous();
  for (std::size_t reference = 0; reference < signal_types.size(); ++reference) {
    for (std::size_t estimate = 0; estimate < signal_types.size(); ++estimate) {
      if (signal_types[reference] == signal_types[estimate]) continue;
      losses.select(1, static_cast<std::int64_t>(reference))
          .select(1, static_cast<std::int64_t>(estimate))
          .fill_(kNever);
    }
  }
  return losses;
}

void check_options(std::int64_t sources, const PermutationOptions& options) {
  if (sources > training::kMostEstimates) {
    throw Error{"too many sources to permute", std::to_string(sources) + " sources",
                "train with " + std::to_string(training::kMostEstimates) + " at most"};
  }
  if (!options.signal_types.empty() && std::ssize(options.signal_types) != sources) {
    throw Error{"the signal types do not fit the sources",
                std::to_string(options.signal_types.size()) + " types, " + std::to_string(sources) + " sources",
                "give one a source, or none"};
  }
}

}  // namespace

PermutationLoss permutation_invariant(const at::Tensor& references, const at::Tensor& estimates,
                                      const PairLoss& pair_loss, const PermutationOptions& options) {
  training::check_pairs(references, estimates);
  check_options(references.size(1), options);
  const at::Tensor losses = loss_matrices(references, estimates, pair_loss, options.signal_types);
  std::vector<at::Tensor> permutations;
  for (std::int64_t example = 0; example < losses.size(0); ++example) {
    const LossMatrix matrix{losses.select(0, example).const_data_ptr<double>(),
                            static_cast<std::size_t>(losses.size(1))};
    permutations.push_back(
        at::tensor(options.allow_repeated ? best_with_repetition(matrix) : best_permutation(matrix)));
  }
  const at::Tensor permutation = at::stack(permutations).to(estimates.device());
  const at::Tensor permuted = estimates.gather(1, permutation.unsqueeze(-1).expand_as(estimates));
  return {pair_loss(references, permuted), permuted, permutation};
}

}  // namespace veery
