#pragma once
// How each species sings: notes drawn from the habits of an individual and the whim of the moment.
#include <span>
#include <vector>

#include <veery/synthesis/bird_species.hpp>

#include "synthesis/note.hpp"
#include "synthesis/random.hpp"

namespace veery::synthesis {

struct BirdVoice {
  BirdSpecies species;
  int fewest_calls;  ///< in a bout
  int most_calls;
  double shortest_pause_s;  ///< between two calls
  double longest_pause_s;
  /// `habits` is seeded by the individual, so its songs resemble each other; `whim` by the single song.
  std::vector<Note> (*sing)(Random& habits, Random& whim);
};

[[nodiscard]] std::span<const BirdVoice> bird_voices();

}  // namespace veery::synthesis
