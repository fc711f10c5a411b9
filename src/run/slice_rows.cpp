#include "run/slice_rows.hpp"

#include <algorithm>
#include <cmath>

#include <veery/audio/resampler.hpp>

namespace veery {
namespace {

std::string slice_time(const Recording& recording, const Slice& slice, int sample_rate_hz) {
  if (!recording.start) return {};
  const std::int64_t elapsed_ms = (slice.start * 1000 + sample_rate_hz / 2) / sample_rate_hz;
  return format_time(time_after(*recording.start, recording.clock_changes, elapsed_ms));
}

}  // namespace

Example describe_slice(const Recording& recording, const Slice& slice, const ProcessOptions& options,
                       std::size_t segment) {
  const int rate = options.stream.sample_rate_hz;
  const int source_rate = recording.audio.sample_rate_hz;
  // Perch counts in the padded row; the exact account counts what the recording holds.
  const bool compat = options.slices.peaks.compat == PerchCompat::on;
  Example example;
  example.recording_id = recording.id;
  example.segment_id = static_cast<std::int64_t>(segment);
  example.segment_start = static_cast<std::uint64_t>(slice.start);
  example.segment_end = static_cast<std::uint64_t>(compat ? slice.start + slice.length : slice.end());
  example.filename = recording.path;
  example.source_start_sample = source_position(slice.start, rate, source_rate);
  example.source_end_sample = std::min(source_position(slice.end(), rate, source_rate), recording.audio.claimed_frames);
  example.source_sample_rate_hz = source_rate;
  example.padded_samples = slice.padded();
  if (slice.peak) {
    example.peak_sample = slice.peak->sample;
    example.peak_energy = slice.peak->energy;
  }
  example.start_time = slice_time(recording, slice, rate);
  example.site = recording.site;
  return example;
}

SliceRow to_row(const Example& example) {
  SliceRow row;
  row.filename = example.filename;
  row.recording_id = example.recording_id;
  row.segment_id = example.segment_id;
  row.segment_start = example.segment_start;
  row.segment_end = example.segment_end;
  row.source_start_sample = example.source_start_sample;
  row.source_end_sample = example.source_end_sample;
  row.source_sample_rate_hz = example.source_sample_rate_hz;
  row.padded_samples = example.padded_samples;
  row.peak_sample = example.peak_sample;
  if (!std::isnan(example.peak_energy)) row.peak_energy = example.peak_energy;
  row.start_time = example.start_time;
  row.site = example.site;
  row.peak_source = example.peak_source;
  row.label = example.label;
  return row;
}

}  // namespace veery
