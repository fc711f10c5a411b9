#pragma once
// The birds of the synthetic soundscapes: made-up species, one for each kind of vocalisation.
#include <span>
#include <string_view>

namespace veery {

struct BirdSpecies {
  std::string_view code;  ///< stands where field annotations have an eBird code
  std::string_view song;
  double highest_hz;  ///< no fundamental is above it
};

[[nodiscard]] std::span<const BirdSpecies> bird_species();

}  // namespace veery
