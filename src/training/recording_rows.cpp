#include <algorithm>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <veery/audio/recording_stream.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/training/recording_rows.hpp>

namespace veery {
namespace {

RecordingStream open_at(const std::filesystem::path& path, const StreamOptions& options) {
  auto opened = RecordingStream::open(path, options);
  if (const auto* refusal = std::get_if<Refusal>(&opened))
    throw Error{"a recording can't be read", path.string(),
                std::string{reason_name(refusal->reason)} + ": " + refusal->detail};
  return std::get<RecordingStream>(std::move(opened));
}

void read_window(const RecordingFile& recording, const RecordingRowOptions& options, std::int64_t row,
                 std::span<float> samples) {
  StreamOptions from;
  from.sample_rate_hz = options.sample_rate_hz;
  from.begin_frame =
      source_position(row * options.samples_per_row, options.sample_rate_hz, recording.audio.sample_rate_hz);
  RecordingStream stream = open_at(recording.path, from);
  const std::size_t count = stream.read(samples);
  if (stream.lost().empty() && count == samples.size()) return;
  const std::string why =
      stream.lost().empty() ? std::string{"it is shorter than its header says"} : stream.lost().front().refusal.detail;
  throw Error{"a recording is damaged", recording.path.string(), why + "; leave it out"};
}

/// Positions at another rate are rounded, so the last sample there may not be had from a window's beginning.
RowSource rows_of(const RecordingFile& recording, const RecordingRowOptions& options) {
  const int rate_hz = recording.audio.sample_rate_hz;
  const std::int64_t samples = resampled_length(recording.audio.frames, rate_hz, options.sample_rate_hz) -
                               (rate_hz == options.sample_rate_hz ? 0 : 1);
  const std::int64_t rows = samples / options.samples_per_row;
  const auto read = [recording, options](std::int64_t row, std::span<float> window) {
    read_window(recording, options, row, window);
  };
  const auto recordings = [path = recording.path.string(), rows] {
    return std::vector(static_cast<std::size_t>(rows), xxh3_64(std::as_bytes(std::span{path})));
  };
  return {rows, options.samples_per_row, options.sample_rate_hz, read, recordings};
}

}  // namespace

RowSource rows_of_recordings(const std::vector<RecordingFile>& recordings, const RecordingRowOptions& options) {
  std::vector<RowSource> sources;
  for (const RecordingFile& recording : recordings) {
    if (RowSource rows = rows_of(recording, options); rows.rows > 0) sources.push_back(std::move(rows));
  }
  if (sources.empty())
    throw Error{"no recording is as long as a row", std::to_string(options.samples_per_row) + " samples",
                "ask for shorter windows"};
  return joined(std::move(sources));
}

}  // namespace veery
