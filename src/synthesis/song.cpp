#include "synthesis/song.hpp"

#include <algorithm>
#include <cmath>

#include "synthesis/air.hpp"
#include "synthesis/portable_math.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {

std::vector<float> render_song(const Song& song, int sample_rate_hz) {
  const double duration_s = box_around(song.notes, sample_rate_hz).end_s;
  const auto dry_samples = static_cast<std::size_t>(std::ceil(duration_s * sample_rate_hz));
  std::vector<float> dry(dry_samples);
  for (std::size_t i = 0; i < song.notes.size(); ++i) {
    add_note(song.notes[i], sample_rate_hz, song.distance_m, seed_below(song.seed, i), dry);
  }
  std::vector<float> wet = dry;
  wet.resize(dry_samples + static_cast<std::size_t>(kEcho_s * sample_rate_hz));
  add_echoes(dry, sample_rate_hz, song.distance_m, seed_below(song.seed, song.notes.size()), wet);

  float peak = 0.0F;
  for (const float sample : wet) peak = std::max(peak, std::abs(sample));
  const auto gain = peak > 0.0F ? static_cast<float>(amplitude_of_db(song.level_dbfs)) / peak : 0.0F;
  for (float& sample : wet) sample *= gain;
  return wet;
}

}  // namespace veery::synthesis
