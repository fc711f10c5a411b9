#pragma once
// Recordings as rows: windows side by side, as many as fit. For training on a folder of recordings as it is; shards of
// peak slices are the better food, since most windows of an archive are wind.
#include <filesystem>
#include <vector>

#include <veery/audio/audio_file.hpp>
#include <veery/training/row_source.hpp>

namespace veery {

struct RecordingFile {
  std::filesystem::path path;
  AudioInfo audio;
};

struct RecordingRowOptions {
  int sample_rate_hz = 22050;
  std::int64_t samples_per_row = 0;  ///< at that rate
};

/// Rows of the recordings in their order, the mean of their channels, resampled with soxr where they have another rate.
/// What is shorter than a row has none. Any thread may read; reading decodes the row alone and throws Error naming the
/// recording when that can't be done.
[[nodiscard]] RowSource rows_of_recordings(const std::vector<RecordingFile>& recordings,
                                           const RecordingRowOptions& options);

}  // namespace veery
