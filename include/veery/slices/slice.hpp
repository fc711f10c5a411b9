#pragma once
// Slices: the windows of a recording that are kept, around peaks or by the clock.
//
// Source of the peak windows: google-research/perch, chirp/audio_utils.py (slice_peaked_audio) and
// chirp/data/tfds_builder.py (WavDirectoryBuilder).
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include <veery/peaks/peak_finder.hpp>

namespace veery {

enum class SliceMode { peaks, fixed };

/// What becomes of a peak's window that would leave the recording.
enum class Edge {
  shift,  ///< moved inward (slice_peaked_audio)
  drop,   ///< moved inward at the start, dropped at the end (WavDirectoryBuilder)
};

/// What becomes of the audio behind the last whole fixed window.
enum class Tail {
  drop,
  pad,        ///< a last window filled with zeros
  shift,      ///< a last window moved back so that it ends with the recording
  remainder,  ///< a last window that is shorter (zeros behind it where rows have one length)
};

/// What becomes of a recording that is shorter than a slice.
enum class Short {
  wrap,  ///< repeated to the length of one (slice_peaked_audio)
  skip,  ///< no slice (Soundscapes, WavDirectoryBuilder)
};

/// What a recording without a peak gives.
enum class WithoutPeaks {
  nothing,
  first,  ///< its first window, unless it is silent throughout (BirdTaxonomy)
};

struct SliceOptions {
  SliceMode mode = SliceMode::peaks;
  double interval_s = 6.0;            ///< length of a slice
  std::optional<double> hop_s = 5.0;  ///< fixed windows: from start to start; none: the length of a slice
  Tail tail = Tail::drop;
  Edge edge = Edge::shift;
  Short too_short = Short::wrap;                       ///< peaks
  WithoutPeaks without_peaks = WithoutPeaks::nothing;  ///< of the whole recording as scope
  double peak_scope_s = 300.0;  ///< each block of so much audio on its own; infinity: the whole recording
  PeakOptions peaks;            ///< of one scope

  [[nodiscard]] bool whole_recording_scope() const { return peak_scope_s == std::numeric_limits<double>::infinity(); }
};

/// A length in samples as Perch computes it: truncated.
[[nodiscard]] std::int64_t samples_in(double seconds, int sample_rate_hz);

/// Where a slice lies, in samples at the dataset's rate from the start of the recording.
struct Slice {
  std::int64_t start = 0;
  std::int64_t length = 0;    ///< of the row
  std::int64_t recorded = 0;  ///< samples that are the recording's, from `start` on
  std::optional<Peak> peak;   ///< `Peak::sample` from the start of the recording

  [[nodiscard]] std::int64_t end() const { return start + recorded; }
  [[nodiscard]] std::int64_t padded() const { return length - recorded; }
};

/// Windows of `length` around peaks given strongest first (samples from the start of the recording), in a
/// recording of at least `length` samples of which `recording_end` is the end as far as it is known; ascending,
/// each start once. At most `most` windows (0: all); Perch counts peaks before it removes twins, `compat` too.
[[nodiscard]] std::vector<Slice> windows_around_peaks(std::span<const Peak> peaks, std::int64_t length,
                                                      std::int64_t recording_end, const SliceOptions& options);

/// Perch's "wrap" padding: `samples` repeated periodically to `length`, centred.
[[nodiscard]] std::vector<float> wrap_pad(std::span<const float> samples, std::int64_t length);

}  // namespace veery
