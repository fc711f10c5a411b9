#include "synthesis/bird_voices.hpp"

#include <algorithm>
#include <array>

namespace veery::synthesis {
namespace {

using Notes = std::vector<Note>;

// One draw from a generator an expression: C++ leaves the order of arguments and operands to the compiler.

/// A note that rises from `from_hz` to `middle_hz` and falls (or the reverse) to `to_hz`.
Note arch(double start_s, double duration_s, double from_hz, double middle_hz, double to_hz) {
  Note note = glide(start_s, duration_s, from_hz, to_hz);
  note.middle_hz = middle_hz;
  return note;
}

Notes chirp(Random& habits, Random& whim) {
  const double top_hz = habits.between(5200, 6800) * whim.between(0.98, 1.02);
  const double fall = habits.between(0.5, 0.68);
  const double duration_s = habits.between(0.07, 0.13);
  const int count = habits.whole(1, 3);
  Notes notes;
  for (int i = 0; i < count; ++i) {
    notes.push_back(glide(i * (duration_s + 0.07), duration_s, top_hz, top_hz * fall));
    notes.back().partials = {1.0, 0.06};
  }
  return notes;
}

Notes arched_chirp(Random& habits, Random& whim) {
  const double foot_hz = habits.between(2700, 3300);
  const double top_hz = foot_hz * habits.between(1.4, 1.7) * whim.between(0.97, 1.03);
  Note first = arch(0.0, habits.between(0.14, 0.24), foot_hz, top_hz, foot_hz * 1.05);
  Note second = arch(first.duration_s + 0.06, 0.7 * first.duration_s, top_hz, foot_hz * 1.1, top_hz * 1.08);
  first.partials = second.partials = {1.0, 0.18, 0.05};
  return {first, second};
}

Notes two_voices(Random& habits, Random& whim) {
  // The two halves of a syrinx sing unrelated notes at once, as thrushes do.
  const double low_hz = habits.between(2300, 2900) * whim.between(0.99, 1.01);
  const double high_hz = low_hz * habits.between(1.35, 1.75);
  const double duration_s = habits.between(0.35, 0.7);
  Note lower = arch(0.0, duration_s, low_hz, low_hz * 1.12, low_hz * 0.96);
  Note upper = arch(0.03, duration_s, high_hz, high_hz * 0.9, high_hz * 1.1);
  upper.amplitude = 0.8;
  upper.flutter_rate_hz = habits.between(20, 32);
  upper.flutter_depth = 0.7;
  return {lower, upper};
}

Notes fast_trill(Random& habits, Random& whim) {
  const double rate_hz = habits.between(13, 24);
  const double top_hz = habits.between(4800, 6200);
  const int count = static_cast<int>(rate_hz * habits.between(1.0, 2.2) * whim.between(0.8, 1.2));
  Notes notes;
  for (int i = 0; i < count; ++i) {
    notes.push_back(glide(i / rate_hz, 0.62 / rate_hz, top_hz, top_hz * 0.72));
    // It swells over its first third.
    notes.back().amplitude = std::min(1.0, 0.25 + 2.3 * i / count);
  }
  return notes;
}

Notes slow_trill(Random& habits, Random& whim) {
  double interval_s = habits.between(0.16, 0.22);
  const double faster = habits.between(0.93, 0.98);
  const double pitch_hz = habits.between(3300, 4200) * whim.between(0.98, 1.02);
  const int count = habits.whole(6, 9) + whim.whole(-1, 1);
  Notes notes;
  double start_s = 0.0;
  for (int i = 0; i < count; ++i) {
    const double hz = pitch_hz * (1.0 - 0.03 * i);
    notes.push_back(arch(start_s, 0.6 * interval_s, hz * 0.9, hz * 1.22, hz * 0.85));
    notes.back().partials = {1.0, 0.12};
    start_s += interval_s;
    interval_s *= faster;
  }
  return notes;
}

Notes whistle(Random& habits, Random& whim) {
  const double pitch_hz = habits.between(1900, 2700);
  Notes notes;
  double start_s = 0.0;
  for (int i = 0; i < 3; ++i) {
    const double hz = pitch_hz * habits.between(0.85, 1.2);
    const double duration_s = habits.between(0.3, 0.7) * whim.between(0.95, 1.05);
    Note note = glide(start_s, duration_s, hz, hz * habits.between(0.95, 1.05));
    note.attack_s = 0.04;
    note.release_s = 0.08;
    note.vibrato_rate_hz = habits.between(7, 14);
    note.vibrato_depth_hz = habits.between(25, 80);
    note.partials = {1.0, 0.3, 0.16, 0.05};
    start_s += note.duration_s + habits.between(0.06, 0.15);
    notes.push_back(note);
  }
  return notes;
}

Notes buzz(Random& habits, Random& whim) {
  const double from_hz = habits.between(4200, 5000);
  const double to_hz = from_hz * habits.between(1.2, 1.45);
  Note note = glide(0.0, habits.between(0.6, 1.2) * whim.between(0.9, 1.1), from_hz, to_hz);
  note.attack_s = 0.25 * note.duration_s;
  note.flutter_rate_hz = habits.between(70, 120);
  note.flutter_depth = 0.85;
  note.roughness = 0.55;
  note.roughness_hz = habits.between(250, 450);
  return {note};
}

Notes phrase(Random& habits, Random& whim) {
  // A repertoire of four phrases, each sung with the same notes every time.
  const auto first_phrase = habits.bits();
  Random score{seed_below(first_phrase, static_cast<std::uint64_t>(whim.whole(0, 3)))};
  const int count = score.whole(4, 8);
  Notes notes;
  double start_s = 0.0;
  for (int i = 0; i < count; ++i) {
    const double hz = score.between(2000, 4300);
    const double duration_s = score.between(0.06, 0.28);
    const double middle_hz = hz * score.between(0.8, 1.25);
    Note note = arch(start_s, duration_s, hz, middle_hz, hz * score.between(0.75, 1.3));
    note.amplitude = score.between(0.5, 1.0);
    note.partials = {1.0, 0.15, 0.05};
    if (score.chance(0.25)) {
      note.flutter_rate_hz = score.between(35, 60);
      note.flutter_depth = 0.9;
    }
    start_s += note.duration_s + score.between(0.02, 0.12);
    notes.push_back(note);
  }
  return notes;
}

Notes hoot(Random& habits, Random& whim) {
  const double pitch_hz = habits.between(340, 560);
  const int count = habits.whole(3, 5);
  Notes notes;
  for (int i = 0; i < count; ++i) {
    const double hz = pitch_hz * whim.between(0.985, 1.015);
    notes.push_back(arch(0.46 * i, i + 1 == count ? 0.5 : 0.28, hz * 0.94, hz, hz * 0.9));
    notes.back().attack_s = 0.06;
    notes.back().release_s = 0.1;
    notes.back().partials = {1.0, 0.12, 0.04};
  }
  return notes;
}

Notes thin_see(Random& habits, Random& whim) {
  const double pitch_hz = habits.between(7200, 8700) * whim.between(0.99, 1.01);
  const int count = habits.whole(1, 3);
  const double duration_s = habits.between(0.3, 0.55);
  Notes notes;
  for (int i = 0; i < count; ++i) {
    notes.push_back(arch(i * (duration_s + 0.12), duration_s, pitch_hz, pitch_hz * 1.02, pitch_hz * 0.96));
    notes.back().attack_s = 0.08;
    notes.back().release_s = 0.1;
  }
  return notes;
}

Notes rattle(Random& habits, Random& whim) {
  const double rate_hz = habits.between(16, 26);
  const double centre_hz = habits.between(3000, 4200);
  const int count = habits.whole(8, 16) + whim.whole(-2, 2);
  Notes notes;
  for (int i = 0; i < count; ++i) {
    Note note = glide(i / rate_hz, 0.55 / rate_hz, centre_hz * 1.1, centre_hz * 0.95);
    note.attack_s = 0.003;
    note.release_s = 0.012;
    note.roughness = 0.85;
    note.roughness_hz = 700.0;
    notes.push_back(note);
  }
  return notes;
}

Notes caw(Random& habits, Random& whim) {
  const double pitch_hz = habits.between(520, 680);
  const int count = habits.whole(2, 4);
  Notes notes;
  for (int i = 0; i < count; ++i) {
    const double hz = pitch_hz * whim.between(0.96, 1.04);
    Note note = arch(i * 0.5, whim.between(0.24, 0.34), hz * 0.9, hz * 1.08, hz * 0.82);
    note.attack_s = 0.03;
    note.release_s = 0.08;
    note.roughness = 0.45;
    note.roughness_hz = 60.0;
    note.partials = {0.6, 0.9, 1.0, 0.7, 0.4, 0.2, 0.1};
    notes.push_back(note);
  }
  return notes;
}

constexpr std::array<BirdVoice, 12> kVoices{{
    {{"synchi", "one to three falling chirps", 7000.0}, 4, 12, 0.7, 2.2, chirp},
    {{"synarc", "an arched chirp and its inverse", 6200.0}, 3, 9, 1.0, 3.0, arched_chirp},
    {{"synduo", "two voices at once", 6300.0}, 2, 6, 2.0, 5.0, two_voices},
    {{"syntri", "a fast trill", 6300.0}, 2, 6, 3.0, 7.0, fast_trill},
    {{"syndec", "a slow, sinking trill that quickens", 6000.0}, 2, 6, 2.5, 6.0, slow_trill},
    {{"synwhi", "three whistles with harmonics and vibrato", 3500.0}, 2, 6, 2.5, 6.0, whistle},
    {{"synbuz", "a rising buzz", 7300.0}, 2, 5, 2.5, 6.0, buzz},
    {{"synphr", "phrases from a repertoire of four", 5800.0}, 3, 9, 1.2, 3.5, phrase},
    {{"synhoo", "low hoots", 600.0}, 2, 5, 4.0, 9.0, hoot},
    {{"synsee", "high, thin notes", 9000.0}, 3, 8, 1.2, 4.0, thin_see},
    {{"synrat", "a dry rattle", 4700.0}, 2, 6, 1.5, 4.0, rattle},
    {{"syncaw", "rough caws with many harmonics", 800.0}, 2, 6, 1.5, 4.0, caw},
}};

constexpr auto kSpecies = [] {
  std::array<BirdSpecies, kVoices.size()> species{};
  for (std::size_t i = 0; i < species.size(); ++i) species[i] = kVoices[i].species;
  return species;
}();

}  // namespace

std::span<const BirdVoice> bird_voices() {
  return kVoices;
}

}  // namespace veery::synthesis

namespace veery {

std::span<const BirdSpecies> bird_species() {
  return synthesis::kSpecies;
}

}  // namespace veery
