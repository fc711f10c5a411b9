#include "slices/slicers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace veery {

PeakOptions peaks_for_windows(const SliceOptions& options) {
  PeakOptions peaks = options.peaks;
  if (peaks.compat == PerchCompat::off) peaks.most_peaks = 0;
  return peaks;
}

bool is_silent(std::span<const float> samples) {
  return std::all_of(samples.begin(), samples.end(), [](float sample) { return sample == 0.0F; });
}

FixedSlicer::FixedSlicer(int sample_rate_hz, const SliceOptions& options)
    : length_(samples_in(options.interval_s, sample_rate_hz)),
      hop_(options.hop_s ? std::max<std::int64_t>(std::llround(*options.hop_s * sample_rate_hz), 1) : length_),
      tail_(options.tail) {}

void FixedSlicer::advance(const AudioHistory& history, bool ended, const EmitSlice& emit) {
  for (; next_start_ + length_ <= history.end(); next_start_ += hop_) {
    emit({next_start_, length_, length_, std::nullopt}, history.window(next_start_, length_));
  }
  needed_from_ = std::min(next_start_, history.end() - length_);
  if (ended) emit_tail(history, emit);
}

std::int64_t FixedSlicer::needed_from() const {
  return needed_from_;
}

void FixedSlicer::emit_tail(const AudioHistory& history, const EmitSlice& emit) const {
  const std::int64_t end = history.end();
  const std::int64_t covered = next_start_ == 0 ? 0 : next_start_ - hop_ + length_;
  const std::int64_t start = tail_ == Tail::shift && end >= length_ ? end - length_ : next_start_;
  if (tail_ == Tail::drop || covered >= end || start >= end) return;
  std::vector<float> row(static_cast<std::size_t>(length_), 0.0F);
  const std::span<const float> audio = history.window(start, std::min(end - start, length_));
  std::copy(audio.begin(), audio.end(), row.begin());
  emit({start, length_, static_cast<std::int64_t>(audio.size()), std::nullopt}, row);
}

BlockPeakSlicer::BlockPeakSlicer(int sample_rate_hz, const SliceOptions& options)
    : sample_rate_hz_(sample_rate_hz),
      options_(options),
      length_(samples_in(options.interval_s, sample_rate_hz)),
      block_(samples_in(options.peak_scope_s, sample_rate_hz)) {}

void BlockPeakSlicer::advance(const AudioHistory& history, bool ended, const EmitSlice& emit) {
  while (advance_block(history, ended, emit)) {
  }
}

bool BlockPeakSlicer::advance_block(const AudioHistory& history, bool ended, const EmitSlice& emit) {
  const bool is_whole = history.end() >= block_start_ + block_ + length_;
  if (!is_whole && !(ended && block_start_ < history.end())) return false;
  if (block_start_ == 0 && history.end() < length_) {
    emit_wrapped(history, emit);
  } else {
    emit_block(history, std::min(block_start_ + block_, history.end()), emit);
  }
  block_start_ += block_;
  return true;
}

std::int64_t BlockPeakSlicer::needed_from() const {
  return block_start_ - length_;
}

void BlockPeakSlicer::emit_block(const AudioHistory& history, std::int64_t end, const EmitSlice& emit) {
  std::vector<Peak> peaks =
      find_peaks(history.window(block_start_, end - block_start_), sample_rate_hz_, peaks_for_windows(options_));
  for (Peak& peak : peaks) peak.sample += block_start_;
  for (const Slice& window : windows_around_peaks(peaks, length_, history.end(), options_)) {
    if (window.start <= last_start_) continue;  // two blocks at the recording's end may want the same window
    last_start_ = window.start;
    emit(window, history.window(window.start, length_));
  }
}

/// A recording shorter than a slice: Perch repeats it to the length of one, then looks for peaks.
void BlockPeakSlicer::emit_wrapped(const AudioHistory& history, const EmitSlice& emit) const {
  if (options_.too_short == Short::skip) return;
  const std::int64_t recorded = history.end();
  const std::vector<float> padded = wrap_pad(history.window(0, recorded), length_);
  std::vector<Peak> peaks = find_peaks(padded, sample_rate_hz_, peaks_for_windows(options_));
  if (peaks.empty()) {
    const bool wanted = options_.without_peaks == WithoutPeaks::first && !is_silent(padded);
    if (wanted) emit({0, length_, recorded, std::nullopt}, padded);
    return;
  }
  const std::int64_t left = (length_ - recorded) / 2;
  peaks.front().sample = ((peaks.front().sample - left) % recorded + recorded) % recorded;
  emit({0, length_, recorded, peaks.front()}, padded);
}

GivenSlicer::GivenSlicer(std::vector<Slice> windows) : windows_(std::move(windows)) {}

void GivenSlicer::advance(const AudioHistory& history, bool /*ended*/, const EmitSlice& emit) {
  for (; next_ < windows_.size() && windows_[next_].start + windows_[next_].length <= history.end(); ++next_) {
    emit(windows_[next_], history.window(windows_[next_].start, windows_[next_].length));
  }
}

std::int64_t GivenSlicer::needed_from() const {
  return next_ < windows_.size() ? windows_[next_].start : std::numeric_limits<std::int64_t>::max();
}

}  // namespace veery
