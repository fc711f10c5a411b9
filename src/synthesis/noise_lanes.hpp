#pragma once
// Four noise layers rendered in step, one in each lane of a vector register.
#include <array>
#include <cstdint>
#include <span>

#include "synthesis/noise_filter.hpp"
#include "synthesis/weather.hpp"

namespace veery::synthesis {

/// Samples are made in frames of this length; levels move linearly within one.
inline constexpr std::size_t kFrameSamples = 1024;
inline constexpr std::size_t kLanes = 4;

class NoiseLanes {
 public:
  NoiseLanes(std::span<const NoiseLayer, kLanes> layers, int sample_rate_hz, std::uint64_t seed);

  /// Adds the noise of frame `number`; frames must be asked for in order.
  void add_frame(std::int64_t number, std::span<float, kFrameSamples> frame);

 private:
  /// GCC's and Clang's vector types: element-wise arithmetic on any processor.
  using Floats = float __attribute__((vector_size(16)));
  using Words = std::uint32_t __attribute__((vector_size(16)));
  using Integers = std::int32_t __attribute__((vector_size(16)));

  /// Two filters, in the form whose feedback is shortest.
  struct Filter {
    Floats keep_band, take_band, lift_low, take_low;
    Floats m0, m1, m2;
    Floats band, low;
  };

  void set_filter(std::size_t lane, const FilterCoefficients& coefficients, Filter& filter) const;
  void set_excitation(std::size_t lane, double drops_per_s);
  void aim(std::int64_t frame_number);
  [[nodiscard]] double gain_at(std::size_t lane, double time_s) const;
  static void step(std::array<Words, 4>& random);
  static void step(Filter& filter, Floats& x);
  template <bool kDropsAndFlutter>
  void render(std::span<float, kFrameSamples> frame);

  std::array<NoiseLayer, kLanes> layers_;
  std::array<double, kLanes> scale_{};  ///< brings a layer to its level
  int sample_rate_hz_;
  bool silent_ = true;
  bool drops_or_flutter_ = false;
  std::array<Words, 4> random_{};  ///< xoshiro128+ (https://prng.di.unimi.it), one generator a lane
  Filter first_{}, second_{};
  Floats white_{}, drop_limit_{}, drop_{};
  Floats gain_{}, gain_step_{}, next_gain_{};
  Floats flutter_depth_{}, sine_{}, cosine_{}, turn_sine_{}, turn_cosine_{};
};

}  // namespace veery::synthesis
