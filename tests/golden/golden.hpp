#pragma once
// What Perch itself found in a recording (a golden), what veery finds in it, and how the two compare.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/slices/slice_recording.hpp>

namespace veery::test {

inline constexpr int kRateHz = 32'000;
inline constexpr std::int64_t kSliceSamples = 192'000;  ///< 6 s

/// [start, stop) of a slice; of the wrap-padded audio where a recording is shorter than a slice.
struct Span {
  std::int64_t start;
  std::int64_t stop;
  friend bool operator==(const Span&, const Span&) = default;
};

struct Golden {
  std::string file;
  std::int64_t samples = 0;
  std::int64_t frames = 0;
  std::vector<std::int64_t> peaks_5;  ///< samples, strongest first
  std::vector<std::int64_t> peaks_200;
  std::vector<Span> slices_5;
  std::vector<Span> slices_200;
  double threshold = 0.0;
  double energy_min = 0.0;
  double energy_max = 0.0;
  double energy_mean = 0.0;
  std::vector<std::int64_t> raw_frames;   ///< before the energy gate
  std::vector<std::int64_t> kept_frames;  ///< behind it, ascending
  std::vector<double> kept_energy;        ///< of each kept frame
};
[[nodiscard]] Golden read_golden(const std::filesystem::path& path);

/// Perch's options: whole recording as scope, its resampler, its accidents.
[[nodiscard]] StreamOptions perch_stream();
[[nodiscard]] SliceOptions perch_slices(int most_peaks);

struct Found {
  std::int64_t samples = 0;
  std::vector<float> energy;
  std::vector<std::int64_t> raw_frames;
  std::vector<Peak> every_peak;
  std::vector<std::int64_t> peaks_5;
  std::vector<std::int64_t> peaks_200;
  std::vector<Slice> slices_5;
  std::vector<Slice> slices_200;
};

/// Everything, through the public functions. Throws std::runtime_error when the recording is refused.
[[nodiscard]] Found analyse(const std::filesystem::path& recording);

/// Places and counts, exactly.
void expect_same_places(const Found& found, const Golden& golden);
/// Energies within 2e-5 of the largest: Perch sums 160 bands in float32, veery in float64.
void expect_same_energies(const Found& found, const Golden& golden);
/// Slices are `expected`, and short recordings are padded to the length of one.
void expect_slices(const std::vector<Slice>& slices, const std::vector<Span>& expected, std::int64_t samples);

}  // namespace veery::test
