#pragma once
// A song as it reaches the microphone: its notes, echoes, and the peak level it was planned with.
#include <cstdint>
#include <vector>

#include "synthesis/note.hpp"

namespace veery::synthesis {

struct Song {
  std::vector<Note> notes;
  double level_dbfs = 0.0;
  double distance_m = 0.0;
  std::uint64_t seed = 0;  ///< of roughness and echoes
};

/// From the start of the first note to the last echo.
[[nodiscard]] std::vector<float> render_song(const Song& song, int sample_rate_hz);

}  // namespace veery::synthesis
