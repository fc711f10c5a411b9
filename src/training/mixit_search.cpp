#include "training/mixit_search.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "training/waveforms.hpp"

namespace veery::training {
namespace {

constexpr std::int64_t kMostAssignments = std::int64_t{1} << kMostEstimates;

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

/// An assignment whose estimates move one at a time. Of each reference it keeps the error and what is left of the
/// products with the estimates, so that a move is tried in no time.
class Descent {
 public:
  Descent(const InnerProducts& products, std::int64_t example, Assignment start)
      : cross_(products.cross.select(0, example)),
        gram_(products.gram.select(0, example)),
        energies_(products.energies.select(0, example)),
        floors_(products.floors.select(0, example)),
        references_(cross_.size(0)),
        assignment_(std::move(start)) {
    for (std::int64_t reference = 0; reference < references_; ++reference) {
      errors_.push_back(number(energies_, reference));
      for (std::int64_t estimate = 0; estimate < cross_.size(1); ++estimate)
        left_.push_back(number(cross_, reference, estimate));
    }
    for (std::size_t estimate = 0; estimate < assignment_.size(); ++estimate)
      add(static_cast<std::int64_t>(estimate), assignment_[estimate], 1.0);
  }

  [[nodiscard]] Assignment run() && {
    while (move_best()) continue;
    return std::move(assignment_);
  }

 private:
  static double number(const at::Tensor& row, std::int64_t at) { return row.const_data_ptr<double>()[at]; }
  static double number(const at::Tensor& matrix, std::int64_t row, std::int64_t column) {
    return matrix.const_data_ptr<double>()[row * matrix.size(1) + column];
  }
  [[nodiscard]] double left(std::int64_t reference, std::int64_t estimate) const {
    return left_[static_cast<std::size_t>(reference * cross_.size(1) + estimate)];
  }
  [[nodiscard]] double error_with(std::int64_t reference, std::int64_t estimate, double sign) const {
    return errors_[static_cast<std::size_t>(reference)] - sign * 2 * left(reference, estimate) +
           number(gram_, estimate, estimate);
  }
  [[nodiscard]] double loss(std::int64_t reference, double error) const {
    return std::log(std::max(error, 0.0) + number(floors_, reference));
  }
  /// What the loss wins if an estimate goes elsewhere.
  [[nodiscard]] double gain(std::int64_t estimate, std::int64_t from, std::int64_t to) const {
    const auto now = [&](std::int64_t reference) {
      return loss(reference, errors_[static_cast<std::size_t>(reference)]);
    };
    return now(from) + now(to) - loss(from, error_with(from, estimate, -1.0)) - loss(to, error_with(to, estimate, 1.0));
  }
  void add(std::int64_t estimate, std::int64_t reference, double sign) {
    errors_[static_cast<std::size_t>(reference)] = error_with(reference, estimate, sign);
    for (std::int64_t other = 0; other < cross_.size(1); ++other)
      left_[static_cast<std::size_t>(reference * cross_.size(1) + other)] -= sign * number(gram_, estimate, other);
  }
  bool move_best() {
    constexpr double kLeastGain = 1e-9;  // less is rounding, and would go on for ever
    double best = kLeastGain;
    std::int64_t moved = -1;
    std::int64_t goal = 0;
    for (std::int64_t estimate = 0; estimate < cross_.size(1); ++estimate) {
      const std::int64_t from = assignment_[static_cast<std::size_t>(estimate)];
      for (std::int64_t to = 0; to < references_; ++to) {
        if (to == from) continue;
        const double gained = gain(estimate, from, to);
        if (!(gained > best)) continue;  // NaN is no gain
        best = gained;
        moved = estimate;
        goal = to;
      }
    }
    if (moved < 0) return false;
    std::int64_t& place = assignment_[static_cast<std::size_t>(moved)];
    add(moved, place, -1.0);
    add(moved, goal, 1.0);
    place = goal;
    return true;
  }

  at::Tensor cross_;
  at::Tensor gram_;
  at::Tensor energies_;
  at::Tensor floors_;
  std::int64_t references_;
  Assignment assignment_;
  std::vector<double> errors_;  ///< [reference]
  std::vector<double> left_;    ///< [reference][estimate]: the product with what is still missing of the reference
};

}  // namespace

bool can_search_all(std::int64_t references, std::int64_t estimates) {
  std::int64_t assignments = 1;
  for (std::int64_t i = 0; i < estimates && assignments <= kMostAssignments; ++i)
    assignments *= std::max<std::int64_t>(references, 2);
  return assignments <= kMostAssignments;
}

Assignment search_all(const InnerProducts& products, std::int64_t example, const std::vector<Assignment>& allowed) {
  Search search{products, example};
  for (const Assignment& assignment : allowed) search.show(assignment);
  if (!allowed.empty()) return search.best();
  Assignment assignment(search.best().size(), 0);
  do search.show(assignment);
  while (advance(assignment, products.energies.size(1)));
  return search.best();
}

Assignment search_from_least_squares(const InnerProducts& products, std::int64_t example) {
  const at::Tensor gram = products.gram.select(0, example);
  // Silent and equal estimates make the matrix singular.
  const at::Tensor ridge = gram.diagonal().mean() * 1e-9 + 1e-30;
  const at::Tensor solution =
      at::linalg_solve(gram + ridge * at::eye(gram.size(0), gram.options()), products.cross.select(0, example).t());
  const at::Tensor nearest = solution.argmax(1);
  Assignment start;
  for (std::int64_t estimate = 0; estimate < nearest.size(0); ++estimate)
    start.push_back(nearest[estimate].item<std::int64_t>());
  return Descent{products, example, std::move(start)}.run();
}

}  // namespace veery::training
