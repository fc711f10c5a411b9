#include "separation/seam_scores.hpp"

#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>

#include <algorithm>
#include <cmath>

namespace veery::separation {
namespace {

double loudest_level(std::span<const SoundProfile> stems, std::span<const SoundProfile> outputs) {
  double loudest = 0.0;
  for (const SoundProfile& stem : stems) loudest = std::max(loudest, stem.level);
  for (const SoundProfile& output : outputs) loudest = std::max(loudest, output.level);
  return loudest;
}

std::vector<double> energies(const at::Tensor& signals) {
  const at::Tensor norms = at::linalg_vector_norm(signals, 2, at::IntArrayRef{1}).to(at::kDouble);
  std::vector<double> result(static_cast<std::size_t>(signals.size(0)));
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = std::pow(norms.const_data_ptr<double>()[i], 2);
  return result;
}

/// What the shared audio says of one pair: sums over its samples.
struct SharedSound {
  double energy = 0.0;       ///< of both
  double correlation = 0.0;  ///< not normalised

  /// 1 - |before - after|² / energy, but no less than 0: 1 for equal signals only; bleed, however well correlated,
  /// is too faint to reach it.
  [[nodiscard]] double sameness() const {
    return energy > 0.0 ? std::clamp(2.0 * correlation / energy, 0.0, 1.0) : 0.0;
  }
};

double pair_score(const SharedSound& shared, double samples, const SoundProfile& stem, const SoundProfile& output,
                  double loudest) {
  const double louder = std::max(stem.level, output.level);
  const double here = samples > 0.0 ? weight_beside(shared.energy / samples, louder) : 0.0;
  const double both = weight_beside(std::min(stem.level, output.level), louder);
  const double by_sound = here * (2.0 * shared.sameness() - 1.0);
  const double by_memory = (1.0 - here) * both * (2.0 * likeness(stem, output) - 1.0);
  // The hiss of two silent sources must not outvote a bird.
  const double score = weight_beside(louder, loudest) * (by_sound + by_memory);
  return std::isfinite(score) ? score : 0.0;  // squares can overflow
}

bool was_heard(const SoundProfile& stem, double loudest) {
  return stem.level > kFaint * loudest;
}

}  // namespace

ScoreMatrix seam_scores(const SeamEvidence& evidence) {
  const std::size_t count = evidence.stems.size();
  const double loudest = loudest_level(evidence.stems, evidence.outputs);
  const at::Tensor correlation = at::matmul(evidence.before, evidence.after.t()).to(at::kDouble);
  const auto correlations = correlation.accessor<double, 2>();
  const std::vector<double> before = energies(evidence.before);
  const std::vector<double> after = energies(evidence.after);
  const auto samples = static_cast<double>(evidence.after.size(1));

  ScoreMatrix scores{count};
  for (std::size_t stem = 0; stem < count; ++stem) {
    const int row = evidence.rows[stem];
    for (std::size_t output = 0; output < count; ++output) {
      const SharedSound shared{before[static_cast<std::size_t>(row)] + after[output],
                               correlations[row][static_cast<std::int64_t>(output)]};
      scores(stem, output) = pair_score(shared, samples, evidence.stems[stem], evidence.outputs[output], loudest);
    }
  }
  return scores;
}

double seam_confidence(const ScoreMatrix& scores, const std::vector<int>& order, std::span<const SoundProfile> stems,
                       std::span<const SoundProfile> outputs) {
  const double loudest = loudest_level(stems, outputs);
  const double best = total_score(scores, order);
  const double forbidden = -4.0 * static_cast<double>(scores.size() + 1);  // below any difference of totals
  double confidence = 1.0;
  for (std::size_t stem = 0; stem < stems.size(); ++stem) {
    const auto output = static_cast<std::size_t>(order[stem]);
    ScoreMatrix others = scores;
    for (std::size_t other = 0; other < stems.size(); ++other) {
      const bool as_good = !was_heard(stems[stem], loudest) && !was_heard(stems[other], loudest);
      if (other == stem || as_good) others(other, output) = forbidden;
    }
    const double margin = std::clamp(best - total_score(others, best_assignment(others)), 0.0, 1.0);
    const double audible = weight_beside(outputs[output].level, loudest);
    confidence = std::min(confidence, 1.0 - audible * (1.0 - margin));
  }
  return confidence;
}

}  // namespace veery::separation
