#pragma once
// A model beside spectral gating on one example, in plain numbers. Thread-safe as the model is.
#include <cstdint>
#include <span>

#include <veery/separation/separation_model.hpp>
#include <veery/training/evaluation.hpp>

namespace veery {

struct SourceComparison {
  ExampleScores model;
  ExampleScores gate;
};

/// `sources`: [source, sample] at the model's rate, `count` of them; the mixture is their sum. Throws Error when the
/// model gives NaN or infinity.
[[nodiscard]] SourceComparison compare_on_sources(const SeparationModel& model, std::span<const float> sources,
                                                  std::int64_t count);

/// SI-SNR improvements (MoMi), dB.
struct MixtureComparison {
  double model_db = 0;
  double gate_db = 0;
};

/// The sum of recordings [recording, sample], `count` of them, which the stems are put together to again.
[[nodiscard]] MixtureComparison compare_on_mixture(const SeparationModel& model, std::span<const float> recordings,
                                                   std::int64_t count);

}  // namespace veery
