#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <iterator>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>

#include "training/log_mse.hpp"
#include "training/mixit_search.hpp"
#include "training/waveforms.hpp"

namespace veery {
namespace {

using training::InnerProducts;

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

void check_allowed(std::int64_t references, std::int64_t estimates, const std::vector<Assignment>& allowed) {
  if (!allowed.empty() && !training::can_search_all(references, estimates)) {
    throw Error{"too many estimates to choose among assignments",
                std::to_string(estimates) + " estimates of " + std::to_string(references) + " mixtures",
                "allow all assignments, or train with fewer outputs"};
  }
  for (const Assignment& assignment : allowed) {
    const bool known = std::all_of(assignment.begin(), assignment.end(),
                                   [&](std::int64_t mixture) { return mixture >= 0 && mixture < references; });
    if (known && std::ssize(assignment) == estimates) continue;
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
  check_allowed(mixtures, estimates.size(1), options.allowed);
  const InnerProducts products = inner_products(references, estimates, options);
  const bool exact = training::can_search_all(mixtures, estimates.size(1));
  std::vector<at::Tensor> assignments;
  assignments.reserve(static_cast<std::size_t>(references.size(0)));
  for (std::int64_t example = 0; example < references.size(0); ++example) {
    assignments.push_back(at::tensor(exact ? training::search_all(products, example, options.allowed)
                                           : training::search_from_least_squares(products, example)));
  }
  const at::Tensor assignment = at::stack(assignments).to(estimates.device());
  const at::Tensor mix_matrix = at::one_hot(assignment, mixtures).transpose(1, 2).to(estimates.scalar_type());
  const at::Tensor losses = losses_of(references, at::matmul(mix_matrix, estimates), options);
  return {losses.mean(1), mix_matrix, assignment};
}

}  // namespace veery
