#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/log_mse.hpp"
#include "training/waveforms.hpp"

namespace veery {
namespace {

constexpr std::int64_t kMostAssignments = std::int64_t{1} << training::kMostEstimates;

/// All that the error of any sum of estimates depends on, for one batch, on the CPU. Double precision, because the
/// error is a small difference of these.
struct InnerProducts {
  at::Tensor energies;  ///< [batch, reference]
  at::Tensor floors;    ///< [batch, reference]: what is added to the squared error
  at::Tensor cross;     ///< [batch, reference, estimate]
  at::Tensor gram;      ///< [batch, estimate, estimate]
};

/// Which references count as silent, and the sum of all, in front of which they do.
struct Silence {
  Silence(const at::Tensor& references, const MixitOptions& options)
      : silent(training::is_silent(references)), sum(references.sum(1, /*keepdim=*/true)) {
    if (!options.max_snr_silent_db) silent = at::zeros_like(silent);
  }
  at::Tensor silent;  ///< [batch, reference]
  at::Tensor sum;     ///< [batch, 1, sample]
};

at::Tensor floors_of(const at::Tensor& energies, const at::Tensor& references, const MixitOptions& options) {
  const Silence silence{references, options};
  const at::Tensor loudness = (silence.sum * silence.sum).sum(-1);
  const double limit = options.max_snr_silent_db.value_or(kUnlimitedSnr);
  return at::where(silence.silent, training::bias_factor(limit) * loudness,
                   training::bias_factor(options.max_snr_db) * energies) +
         training::kErrorFloor;
}

InnerProducts inner_products(const at::Tensor& references, const at::Tensor& estimates, const MixitOptions& options) {
  const at::Tensor reference = references.detach().to(at::kDouble);
  const at::Tensor energies = (reference * reference).sum(-1);
  const at::Tensor estimate = estimates.detach().to(at::kDouble);
  const at::Tensor transposed = estimate.transpose(1, 2);
  return {energies.cpu().contiguous(), floors_of(energies, reference, options).cpu().contiguous(),
          at::matmul(reference, transposed).cpu().contiguous(), at::matmul(estimate, transposed).cpu().contiguous()};
}

/// The loss, up to scale, of the sum of every set of estimates against one reference. Bit j of a set is estimate j.
/// |r - a·e|² = r·r - 2 a·(r·e) + a·(e·e)·a, one estimate added at a time.
std::vector<double> losses_of_sets(double energy, double floor, const double* cross, const double* gram,
                                   std::size_t estimates) {
  std::vector<double> errors(std::size_t{1} << estimates);
  errors[0] = energy;
  for (std::size_t set = 1; set < errors.size(); ++set) {
    const auto added = static_cast<std::size_t>(std::countr_zero(set));
    const double* products = gram + added * estimates;
    double change = products[added] - 2 * cross[added];
    for (std::size_t other = added + 1; other < estimates; ++other) {
      if ((set >> other & 1U) != 0) change += 2 * products[other];
    }
    errors[set] = errors[set & (set - 1)] + change;
  }
  std::transform(errors.begin(), errors.end(), errors.begin(),
                 [&](double error) { return std::log(std::max(error, 0.0) + floor); });
  return errors;
}

/// Keeps the first of the best among the assignments that it is shown.
class Search {
 public:
  Search(const InnerProducts& products, std::int64_t example) {
    const at::Tensor cross = products.cross.select(0, example);
    const auto estimates = static_cast<std::size_t>(cross.size(1));
    for (std::int64_t reference = 0; reference < cross.size(0); ++reference) {
      losses_.push_back(losses_of_sets(products.energies[example][reference].item<double>(),
                                       products.floors[example][reference].item<double>(),
                                       cross.select(0, reference).const_data_ptr<double>(),
                                       products.gram.select(0, example).const_data_ptr<double>(), estimates));
    }
    sets_.resize(losses_.size());
    best_.assign(estimates, 0);
  }

  void show(const Assignment& assignment) {
    std::fill(sets_.begin(), sets_.end(), 0);
    for (std::size_t estimate = 0; estimate < assignment.size(); ++estimate) {
      sets_[static_cast<std::size_t>(assignment[estimate])] |= std::size_t{1} << estimate;
    }
    double loss = 0;
    for (std::size_t reference = 0; reference < losses_.size(); ++reference) {
      loss += losses_[reference][sets_[reference]];
    }
    if (!(loss < lowest_)) return;
    lowest_ = loss;
    best_ = assignment;
  }

  [[nodiscard]] const Assignment& best() const { return best_; }

 private:
  std::vector<std::vector<double>> losses_;  ///< [reference][set]
  std::vector<std::size_t> sets_;
  double lowest_ = std::numeric_limits<double>::infinity();
  Assignment best_;
};

/// To the next in lexicographic order; false after the last.
bool advance(Assignment& assignment, std::int64_t references) {
  for (std::size_t place = assignment.size(); place-- > 0;) {
    if (++assignment[place] < references) return true;
    assignment[place] = 0;
  }
  return false;
}

Assignment best_assignment(Search search, std::int64_t references, const std::vector<Assignment>& allowed) {
  for (const Assignment& assignment : allowed) search.show(assignment);
  if (!allowed.empty()) return search.best();
  Assignment assignment(search.best().size(), 0);
  do search.show(assignment);
  while (advance(assignment, references));
  return search.best();
}

void check_search(std::int64_t references, std::int64_t estimates, const std::vector<Assignment>& allowed) {
  std::int64_t assignments = 1;
  for (std::int64_t i = 0; i < estimates && assignments <= kMostAssignments; ++i) {
    assignments *= std::max<std::int64_t>(references, 2);
  }
  if (assignments > kMostAssignments) {
    throw Error{"too many ways to add up the estimates",
                std::to_string(estimates) + " estimates of " + std::to_string(references) + " mixtures",
                "train with fewer outputs: at most 20 for 2 mixtures"};
  }
  for (const Assignment& assignment : allowed) {
    const bool known = std::all_of(assignment.begin(), assignment.end(),
                                   [&](std::int64_t mixture) { return mixture >= 0 && mixture < references; });
    if (known && static_cast<std::int64_t>(assignment.size()) == estimates) continue;
    throw Error{"an allowed assignment does not fit", "number " + std::to_string(&assignment - allowed.data()),
                "give a mixture from 0 on for each of " + std::to_string(estimates) + " estimates"};
  }
}

/// [batch, reference]
at::Tensor losses_of(const at::Tensor& references, const at::Tensor& sums, const MixitOptions& options) {
  at::Tensor losses = log_mse(references, sums, options.max_snr_db);
  if (!options.max_snr_silent_db) return losses;
  const Silence silence{references, options};
  return at::where(silence.silent, log_mse(references, sums, *options.max_snr_silent_db, silence.sum), losses);
}

}  // namespace

MixitLoss mixit(const at::Tensor& references, const at::Tensor& estimates, const MixitOptions& options) {
  training::check_waveforms(references, estimates);
  const std::int64_t mixtures = references.size(1);
  check_search(mixtures, estimates.size(1), options.allowed);
  const InnerProducts products = inner_products(references, estimates, options);
  std::vector<at::Tensor> assignments;
  for (std::int64_t example = 0; example < references.size(0); ++example) {
    assignments.push_back(at::tensor(best_assignment(Search{products, example}, mixtures, options.allowed)));
  }
  const at::Tensor assignment = at::stack(assignments).to(estimates.device());
  const at::Tensor mix_matrix = at::one_hot(assignment, mixtures).transpose(1, 2).to(estimates.scalar_type());
  const at::Tensor losses = losses_of(references, at::matmul(mix_matrix, estimates), options);
  return {losses.mean(1), mix_matrix, assignment};
}

}  // namespace veery
