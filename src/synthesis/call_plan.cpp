#include "synthesis/call_plan.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/background.hpp"
#include "synthesis/bird_voices.hpp"
#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {
namespace {

constexpr double kNearest_m = 8.0;
constexpr double kLongestBout_s = 60.0;  // bouts may have begun this long before the recording

/// The species around this recorder: up to seven of those that its rate can record.
std::vector<const BirdVoice*> local_voices(int sample_rate_hz, Random& random) {
  std::vector<const BirdVoice*> voices;
  for (const BirdVoice& voice : bird_voices()) {
    if (voice.species.highest_hz <= 0.47 * sample_rate_hz) voices.push_back(&voice);
  }
  for (std::size_t i = voices.size(); i > 1; --i) {
    std::swap(voices[i - 1], voices[static_cast<std::size_t>(random.whole(0, static_cast<int>(i) - 1))]);
  }
  voices.resize(std::min(voices.size(), static_cast<std::size_t>(random.whole(4, 7))));
  return voices;
}

double mean_calls(const std::vector<const BirdVoice*>& voices) {
  double sum = 0.0;
  for (const BirdVoice* voice : voices) sum += 0.5 * (voice->fewest_calls + voice->most_calls);
  return sum / static_cast<double>(voices.size());
}

/// One bird that sings for a while from one place.
struct Bout {
  const BirdVoice* voice;
  double start_s;
  double level_dbfs;
  std::uint64_t seed;
};

Bout draw_bout(const std::vector<const BirdVoice*>& voices, double start_s, const SoundscapeOptions& options,
               Random& random) {
  Bout bout{};
  bout.voice = voices[static_cast<std::size_t>(random.whole(0, static_cast<int>(voices.size()) - 1))];
  bout.start_s = start_s;
  // There is more room far away than near, hence the root.
  const double remoteness = std::sqrt(random.uniform());
  bout.level_dbfs = options.loudest_call_dbfs + remoteness * (options.faintest_call_dbfs - options.loudest_call_dbfs);
  bout.seed = random.bits();
  return bout;
}

PlannedCall draw_call(const Bout& bout, double start_s, const SoundscapeOptions& options, Random& random) {
  Random habits{bout.seed};
  Random whim{random.bits()};
  PlannedCall call;
  call.song.notes = bout.voice->sing(habits, whim);
  call.song.seed = whim.bits();
  call.song.level_dbfs =
      std::clamp(bout.level_dbfs + random.between(-1.5, 1.5), options.faintest_call_dbfs, options.loudest_call_dbfs);
  call.song.distance_m = kNearest_m * amplitude_of_db(options.loudest_call_dbfs - bout.level_dbfs);
  call.start_sample = std::llround(start_s * options.sample_rate_hz);
  const NoteBox box = box_around(call.song.notes, options.sample_rate_hz);
  const double exact_start_s = static_cast<double>(call.start_sample) / options.sample_rate_hz;
  call.truth = {.species = std::string{bout.voice->species.code},
                .start_s = exact_start_s,
                .end_s = exact_start_s + box.end_s,
                .low_hz = box.low_hz,
                .high_hz = box.high_hz,
                .level_dbfs = call.song.level_dbfs,
                .snr_db = 0.0,
                .distance_m = call.song.distance_m};
  return call;
}

void append_bout(const Bout& bout, const SoundscapeOptions& options, std::vector<PlannedCall>& calls) {
  Random random{seed_below(bout.seed, 1)};
  const int count = random.whole(bout.voice->fewest_calls, bout.voice->most_calls);
  double start_s = bout.start_s;
  for (int i = 0; i < count; ++i) {
    PlannedCall call = draw_call(bout, start_s, options, random);
    const double length_s = call.truth.end_s - call.truth.start_s;
    if (call.start_sample >= 0 && call.truth.end_s <= options.recording_s) calls.push_back(std::move(call));
    start_s += length_s + random.between(bout.voice->shortest_pause_s, bout.voice->longest_pause_s);
  }
}

double call_snr_db(const PlannedCall& call, int sample_rate_hz, const Background& background) {
  const BirdCall& box = call.truth;
  const std::vector<float> sound = render_song(call.song, sample_rate_hz);
  const auto samples = static_cast<std::size_t>((box.end_s - box.start_s) * sample_rate_hz);
  double energy = 0.0;
  for (std::size_t i = 0; i < std::min(samples, sound.size()); ++i) {
    const auto value = static_cast<double>(sound[i]);
    energy += value * value;
  }
  const double noise = background.band_power(box.start_s, box.end_s, box.low_hz, box.high_hz);
  return db_of_power(std::max(energy, 1e-30) / static_cast<double>(std::max<std::size_t>(samples, 1)) / noise);
}

}  // namespace

std::uint64_t recording_seed(const SoundscapeOptions& options, std::uint64_t recording_number, SeedPurpose purpose) {
  return seed_below(seed_below(options.seed, recording_number), static_cast<std::uint64_t>(purpose));
}

std::vector<PlannedCall> plan_songs(const SoundscapeOptions& options, std::uint64_t recording_number,
                                    const Background& background) {
  std::vector<PlannedCall> calls;
  Random random{recording_seed(options, recording_number, SeedPurpose::kCalls)};
  const auto voices = local_voices(options.sample_rate_hz, random);
  if (voices.empty() || options.calls_per_minute <= 0.0) return calls;
  const double mean_gap_s = 60.0 * mean_calls(voices) / options.calls_per_minute;
  double start_s = -kLongestBout_s;
  while ((start_s += random.exponential(mean_gap_s)) < options.recording_s) {
    append_bout(draw_bout(voices, start_s, options, random), options, calls);
  }
  std::stable_sort(calls.begin(), calls.end(),
                   [](const PlannedCall& a, const PlannedCall& b) { return a.start_sample < b.start_sample; });
  for (PlannedCall& call : calls) call.truth.snr_db = call_snr_db(call, options.sample_rate_hz, background);
  return calls;
}

}  // namespace veery::synthesis
