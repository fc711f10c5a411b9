#pragma once
// One recording, decoded once, to its slices: the loop that every rank and thread runs.
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

#include <veery/audio/recording_stream.hpp>
#include <veery/slices/slice.hpp>

namespace veery {

/// Receives slices in ascending order with their audio (`Slice::length` samples, padding included).
using SliceSink = std::function<void(const Slice&, std::span<const float>)>;

/// What was read, what was lost, and what it took.
struct RecordingAccount {
  std::int64_t frames_read = 0;  ///< of the source file
  std::int64_t samples = 0;      ///< at the dataset's rate
  bool left_rest = false;        ///< what is behind StreamOptions::first_s was not asked for
  std::vector<LostRange> lost;
  std::int64_t slices = 0;
  std::int64_t slices_on_lost = 0;  ///< windows left out because they touch a lost range
  std::int64_t read_retries = 0;    ///< reads of the file that failed and were tried again
  double decode_s = 0.0;            ///< wall time
  double peaks_s = 0.0;
};

/// Memory is one scope of audio (or a few seconds with fixed windows), whatever the recording's length. With
/// the whole recording as scope the file is read twice: once for the peaks, once for the slices.
/// Throws Error when the spill folder or the sink fails, never for a bad recording. Thread-safe.
[[nodiscard]] OrRefusal<RecordingAccount> slice_recording(const std::filesystem::path& path,
                                                          const StreamOptions& stream_options,
                                                          const SliceOptions& options, const SliceSink& sink);

/// Whether a slice holds samples that the recording lacks: a lost range (in frames of the file, at its own rate)
/// overlaps it. `frames_read`: a recording's last sample may lie up to a frame behind its last frame, and what is lost
/// behind that is not the slice's.
[[nodiscard]] bool touches_lost(const Slice& slice, std::span<const LostRange> lost, std::int64_t frames_read,
                                int sample_rate_hz, int source_rate_hz);
/// The same of what has been read so far.
[[nodiscard]] bool touches_lost(const Slice& slice, const RecordingStream& stream, int sample_rate_hz);

/// Peaks alone, strongest first over the whole recording; `Peak::sample` from the start of the recording.
[[nodiscard]] OrRefusal<std::vector<Peak>> recording_peaks(const std::filesystem::path& path,
                                                           const StreamOptions& stream_options,
                                                           const SliceOptions& options);

}  // namespace veery
