#pragma once
// Which output of a new window goes on with which stem: a score for each pair, and how clear the best order is.
#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "separation/assignment.hpp"
#include "separation/sound_profile.hpp"

namespace veery::separation {

/// What is known at a seam. The audio that both windows share: `before` [row, sample], where `rows` names the row of
/// each stem, and `after` [output, sample], equally long.
struct SeamEvidence {
  const at::Tensor& before;
  const std::vector<int>& rows;
  const at::Tensor& after;
  std::span<const SoundProfile> stems;    ///< as remembered
  std::span<const SoundProfile> outputs;  ///< of the whole new window
};

/// [stem, output], each from -1 (they contradict each other) to 1 (the same sound); 0 says nothing either way, as
/// between two silences. Where a pair sounds in the shared audio, that decides; as far as it is silent there, the
/// likeness of the output to the stem's memory does.
[[nodiscard]] ScoreMatrix seam_scores(const SeamEvidence& evidence);

/// By how much the order beats the best one that takes an audible output elsewhere, at most 1. Faint outputs count
/// little and silent ones not at all; stems that were never heard are interchangeable. 1 if there is no such order.
[[nodiscard]] double seam_confidence(const ScoreMatrix& scores, const std::vector<int>& order,
                                     std::span<const SoundProfile> stems, std::span<const SoundProfile> outputs);

}  // namespace veery::separation
