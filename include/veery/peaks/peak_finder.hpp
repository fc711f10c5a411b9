#pragma once
// Peaks of energy in a stretch of audio ("scope"), as Google Perch finds them.
//
// Source: google-research/perch, chirp/audio_utils.py (find_peaks_from_audio), commit b216270: log-mel
// spectrogram, per-band denoising over the whole scope, sum over bands, ridge lines of a wavelet transform,
// energy gate, ranking by energy. Energies are float32 as there; everything between is float64.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

namespace veery {

/// Whether to repeat what Perch does by accident (positions in float32, 1/100 s for a frame whatever the hop,
/// equal energies: the later first) or to be exact.
enum class PerchCompat { off, on };

struct PeakOptions {
  int most_peaks = 5;  ///< the strongest so many of a scope; 0: all
  PerchCompat compat = PerchCompat::off;
  /// Where log-mel frames wait when a scope is longer than about eleven minutes (640 bytes a frame of 10 ms).
  std::filesystem::path spill_folder = "/tmp";
};

struct Peak {
  std::int64_t sample = 0;  ///< from the start of the scope, at the analysis rate
  std::int64_t frame = 0;
  float energy = 0.0F;  ///< denoised log-mel energy summed over bands, at the frame
};

/// One scope as a stream; memory is about 20 MB and 20 bytes a frame. Not thread-safe, objects are independent.
class PeakFinder {
 public:
  PeakFinder(int sample_rate_hz, const PeakOptions& options);
  ~PeakFinder();
  PeakFinder(const PeakFinder&) = delete;
  PeakFinder& operator=(const PeakFinder&) = delete;

  void push(std::span<const float> samples);

  /// Strongest first. Empty for less than 70 ms of audio, for silence, and when a sample was NaN or infinite.
  [[nodiscard]] std::vector<Peak> finish();

  /// The summed energy of each frame, valid after finish().
  [[nodiscard]] std::span<const float> energies() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// How many threads LibTorch may use inside one call made on the calling thread: every thread that looks for
/// peaks beside others should say 1 once, or they get in each other's way.
void set_fft_threads(int threads);

[[nodiscard]] std::vector<Peak> find_peaks(std::span<const float> samples, int sample_rate_hz,
                                           const PeakOptions& options);

}  // namespace veery
