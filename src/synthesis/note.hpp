#pragma once
// A note: one gliding tone with harmonics, vibrato, flutter and roughness. Every song here is a list of notes.
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace veery::synthesis {

inline constexpr std::size_t kMaxPartials = 8;

struct Note {
  double start_s = 0.0;
  double duration_s = 0.1;
  /// The pitch glides along the parabola through these three.
  double from_hz = 0.0;
  double middle_hz = 0.0;
  double to_hz = 0.0;
  double amplitude = 1.0;
  double attack_s = 0.01;
  double release_s = 0.02;
  double vibrato_rate_hz = 0.0;
  double vibrato_depth_hz = 0.0;
  double flutter_rate_hz = 0.0;
  double flutter_depth = 0.0;                      ///< 1 lets the loudness fall to nothing between beats
  double roughness = 0.0;                          ///< 0 is a pure tone, 1 a band of noise around it
  double roughness_hz = 0.0;                       ///< half of that band's width
  std::array<double, kMaxPartials> partials{1.0};  ///< amplitudes of the fundamental and its harmonics
};

/// Time and frequency limits of notes.
struct NoteBox {
  double start_s = 0.0;
  double end_s = 0.0;
  double low_hz = 0.0;
  double high_hz = 0.0;
};

/// A straight glide.
[[nodiscard]] Note glide(double start_s, double duration_s, double from_hz, double to_hz);

/// The highest pitch of the fundamental.
[[nodiscard]] double highest_fundamental_hz(const Note& note);

/// The box around `notes` as heard in a recording of this rate: faint harmonics don't count.
[[nodiscard]] NoteBox box_around(std::span<const Note> notes, int sample_rate_hz);

/// Adds `note`, as heard from `distance_m`, to `song`, whose first sample is time 0.
void add_note(const Note& note, int sample_rate_hz, double distance_m, std::uint64_t seed, std::span<float> song);

}  // namespace veery::synthesis
