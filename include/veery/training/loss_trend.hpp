#pragma once
// How the loss of training goes, to tell a run that has broken down from a batch that was hard.
#include <optional>

namespace veery {

struct LossTrend {
  std::optional<double> smoothed{};  ///< dB; none before the first step
  std::optional<double> least{};     ///< that it ever was
};

/// With one more step's loss: of the smoothed one 95 % stays, so some twenty steps count.
[[nodiscard]] LossTrend followed(const LossTrend& trend, double loss);

/// Whether the smoothed loss lies more than `most_db` above the least that it has been.
[[nodiscard]] bool has_diverged(const LossTrend& trend, double most_db);

}  // namespace veery
