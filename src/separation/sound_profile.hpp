#pragma once
// What a source sounds like while it sounds: the spectrum of its loud moments, and the memory of it that a stem keeps
// while it is silent.
#include <ATen/core/Tensor.h>

#include <vector>

namespace veery::separation {

/// What lies this far (30 dB) below the usual is faint: it counts half, and less the fainter it is.
constexpr double kFaint = 1e-3;

/// How much a sound of this mean square counts beside one of the mean square `reference`: 0 to 1.
[[nodiscard]] double weight_beside(double power, double reference);

struct SoundProfile {
  double level = 0.0;         ///< mean square of the loud moments; 0: silence
  double active_s = 0.0;      ///< how long it was about as loud as that
  std::vector<double> bands;  ///< power in bands of equal width from 0 Hz to Nyquist; they add up to `level`
};

/// Of each of the outputs [output, sample]: the profile of its loudest frames.
[[nodiscard]] std::vector<SoundProfile> loud_moments(const at::Tensor& outputs, int sample_rate_hz);

/// How alike two spectra are, whatever their levels: their Bhattacharyya coefficient, 0 to 1. 0 if either is silent.
[[nodiscard]] double likeness(const SoundProfile& one, const SoundProfile& other);

/// Adds what was heard to a stem's memory: a mean over its latest active seconds. Time passes only while the stem
/// sounds, so silence, however long, leaves the memory as it is; and so does what is faint beside it.
void remember(SoundProfile& memory, const SoundProfile& heard);

}  // namespace veery::separation
