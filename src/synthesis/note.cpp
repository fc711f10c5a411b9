#include "synthesis/note.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/air.hpp"
#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {
namespace {

constexpr double kHeardShareOfRate = 0.47;  // recorders cut off a little below the Nyquist frequency
constexpr double kQuietPartial = 0.15;

double pitch_hz(const Note& note, double time_s) {
  const double x = time_s / note.duration_s;
  const double bend = 2.0 * (note.from_hz + note.to_hz) - 4.0 * note.middle_hz;
  double hz = note.from_hz + x * (note.to_hz - note.from_hz - bend * (1.0 - x));
  if (note.vibrato_depth_hz > 0.0) {
    hz += note.vibrato_depth_hz * sine_cosine(kTwoPi * note.vibrato_rate_hz * time_s).sine;
  }
  return hz;
}

double ramp(double x) {
  const double y = std::clamp(x, 0.0, 1.0);
  return y * y * (3.0 - 2.0 * y);
}

double loudness(const Note& note, double time_s) {
  double amplitude = note.amplitude * ramp(time_s / note.attack_s) * ramp((note.duration_s - time_s) / note.release_s);
  if (note.flutter_depth > 0.0) {
    amplitude *= 1.0 - note.flutter_depth * (0.5 - 0.5 * sine_cosine(kTwoPi * note.flutter_rate_hz * time_s).cosine);
  }
  return amplitude;
}

struct PitchRange {
  double low_hz;
  double high_hz;
};

PitchRange pitch_range(const Note& note) {
  constexpr int kPoints = 16;
  Note steady = note;
  steady.vibrato_depth_hz = 0.0;
  PitchRange range{note.from_hz, note.from_hz};
  for (int i = 1; i <= kPoints; ++i) {
    const double hz = pitch_hz(steady, note.duration_s * i / kPoints);
    range = {std::min(range.low_hz, hz), std::max(range.high_hz, hz)};
  }
  return {range.low_hz - note.vibrato_depth_hz, range.high_hz + note.vibrato_depth_hz};
}

/// Narrow-band noise that modulates a tone: white noise through two equal one-pole low-passes, rms 1.
class Roughness {
 public:
  Roughness(double cutoff_hz, int sample_rate_hz, std::uint64_t seed) : random_(seed) {
    const double keep = power_of_two(-kTwoPi * cutoff_hz / sample_rate_hz / std::numbers::ln2);
    take_ = 1.0 - keep;
    // Sum of squares of the impulse response take² (n+1) keepⁿ; the noise itself has a third.
    const double square = keep * keep;
    const double power =
        take_ * take_ * take_ * take_ * (1.0 + square) / ((1.0 - square) * (1.0 - square) * (1.0 - square));
    scale_ = 1.0 / std::sqrt(power / 3.0);
  }

  double next() {
    first_ += take_ * (2.0 * random_.uniform() - 1.0 - first_);
    second_ += take_ * (first_ - second_);
    return scale_ * second_;
  }

 private:
  Random random_;
  double take_ = 0.0;
  double scale_ = 0.0;
  double first_ = 0.0;
  double second_ = 0.0;
};

/// A unit phasor that turns ever faster: frequency rises linearly within a block of samples.
class Glider {
 public:
  void aim(double from_hz, double to_hz, int samples, int sample_rate_hz) {
    const auto turn = sine_cosine(kTwoPi * from_hz / sample_rate_hz);
    const auto faster = sine_cosine(kTwoPi * (to_hz - from_hz) / sample_rate_hz / samples);
    turn_sine_ = turn.sine;
    turn_cosine_ = turn.cosine;
    faster_sine_ = faster.sine;
    faster_cosine_ = faster.cosine;
    // One Newton step keeps the phasor's length at 1.
    const double correction = 1.5 - 0.5 * (sine_ * sine_ + cosine_ * cosine_);
    sine_ *= correction;
    cosine_ *= correction;
  }

  SineCosine next() {
    const double cosine = cosine_ * turn_cosine_ - sine_ * turn_sine_;
    sine_ = cosine_ * turn_sine_ + sine_ * turn_cosine_;
    cosine_ = cosine;
    const double turn_cosine = turn_cosine_ * faster_cosine_ - turn_sine_ * faster_sine_;
    turn_sine_ = turn_cosine_ * faster_sine_ + turn_sine_ * faster_cosine_;
    turn_cosine_ = turn_cosine;
    return {sine_, cosine_};
  }

 private:
  double sine_ = 0.0, cosine_ = 1.0;
  double turn_sine_ = 0.0, turn_cosine_ = 1.0;
  double faster_sine_ = 0.0, faster_cosine_ = 1.0;
};

/// The sum of a[k] sin((k+1) x) from sin x and cos x (Clenshaw 1955).
double sine_series(std::span<const double> amplitudes, SineCosine x) {
  double b1 = 0.0;
  double b2 = 0.0;
  for (std::size_t k = amplitudes.size(); k-- > 0;) {
    const double b0 = amplitudes[k] + 2.0 * x.cosine * b1 - b2;
    b2 = b1;
    b1 = b0;
  }
  return b1 * x.sine;
}

/// Amplitudes as heard: partials above the Nyquist frequency are gone, high ones weakened by the air.
std::vector<double> heard_partials(const Note& note, int sample_rate_hz, double distance_m) {
  const PitchRange range = pitch_range(note);
  std::vector<double> heard;
  for (std::size_t k = 0; k < kMaxPartials; ++k) {
    const auto multiple = static_cast<double>(k + 1);
    if (multiple * range.high_hz > kHeardShareOfRate * sample_rate_hz) break;
    heard.push_back(note.partials[k] * air_gain(multiple * 0.5 * (range.low_hz + range.high_hz), distance_m));
  }
  while (!heard.empty() && heard.back() == 0.0) heard.pop_back();
  return heard;
}

}  // namespace

Note glide(double start_s, double duration_s, double from_hz, double to_hz) {
  Note note;
  note.start_s = start_s;
  note.duration_s = duration_s;
  note.from_hz = from_hz;
  note.middle_hz = 0.5 * (from_hz + to_hz);
  note.to_hz = to_hz;
  note.attack_s = std::min(0.012, 0.25 * duration_s);
  note.release_s = std::min(0.03, 0.4 * duration_s);
  return note;
}

double highest_fundamental_hz(const Note& note) {
  return pitch_range(note).high_hz;
}

NoteBox box_around(std::span<const Note> notes, int sample_rate_hz) {
  NoteBox box{1e9, 0.0, 1e9, 0.0};
  const double limit_hz = kHeardShareOfRate * sample_rate_hz;
  for (const Note& note : notes) {
    const PitchRange range = pitch_range(note);
    double highest = 1.0;
    for (std::size_t k = 1; k < kMaxPartials; ++k) {
      const auto multiple = static_cast<double>(k + 1);
      if (note.partials[k] >= kQuietPartial && multiple * range.high_hz <= limit_hz) highest = multiple;
    }
    // Short attacks, flutter and roughness widen a tone.
    const double rough_hz = note.roughness > 0.0 ? 2.0 * note.roughness_hz : 0.0;
    const double flutter_hz = note.flutter_depth > 0.0 ? 2.0 * note.flutter_rate_hz : 0.0;
    const double spread_hz = 40.0 + 0.7 / note.attack_s + rough_hz + flutter_hz;
    box.start_s = std::min(box.start_s, note.start_s);
    box.end_s = std::max(box.end_s, note.start_s + note.duration_s);
    box.low_hz = std::min(box.low_hz, range.low_hz - spread_hz);
    box.high_hz = std::max(box.high_hz, highest * range.high_hz + spread_hz);
  }
  box.low_hz = std::max(box.low_hz, 0.0);
  box.high_hz = std::min(box.high_hz, 0.5 * sample_rate_hz);
  return box;
}

void add_note(const Note& note, int sample_rate_hz, double distance_m, std::uint64_t seed, std::span<float> song) {
  const std::vector<double> partials = heard_partials(note, sample_rate_hz, distance_m);
  const auto first = static_cast<std::size_t>(std::llround(note.start_s * sample_rate_hz));
  const auto length = static_cast<std::size_t>(std::llround(note.duration_s * sample_rate_hz));
  const auto step = static_cast<std::size_t>(std::max(8, sample_rate_hz / 2000));
  const auto time_s = [&](std::size_t at) { return static_cast<double>(at) / sample_rate_hz; };
  Glider glider;
  Roughness rough{note.roughness_hz, sample_rate_hz, seed};
  double next_hz = pitch_hz(note, 0.0);
  double next_loudness = 0.0;
  for (std::size_t at = 0; at < length; at += step) {
    const double hz = next_hz;
    double amplitude = next_loudness;
    next_hz = pitch_hz(note, time_s(at + step));
    next_loudness = loudness(note, time_s(at + step));
    const double louder = (next_loudness - amplitude) / static_cast<double>(step);
    glider.aim(hz, next_hz, static_cast<int>(step), sample_rate_hz);
    const std::size_t end = std::min(song.size(), first + std::min(length, at + step));
    for (std::size_t i = first + at; i < end; ++i) {
      double value = amplitude * sine_series(partials, glider.next());
      if (note.roughness > 0.0) value *= 1.0 - note.roughness + note.roughness * rough.next();
      song[i] += static_cast<float>(value);
      amplitude += louder;
    }
  }
}

}  // namespace veery::synthesis
