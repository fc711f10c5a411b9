#include <algorithm>
#include <string>

#include <veery/audio/audio_history.hpp>
#include <veery/base/error.hpp>
#include <veery/slices/slice_stems.hpp>

#include "slices/slicers.hpp"

namespace veery {
namespace {

/// A signal and its last stretch: a stem has a slicer of its own.
struct Stem {
  AudioHistory history;
  BlockPeakSlicer slicer;
};

struct Found {
  Slice slice;
  int source = 0;
};

void append(AudioHistory& history, std::span<const float> samples) {
  std::copy(samples.begin(), samples.end(), history.room(samples.size()).begin());
  history.added(samples.size());
}

/// What a slice holds of a signal. A recording shorter than a slice is repeated, in `wrapped`.
std::span<const float> cut(const AudioHistory& history, const Slice& slice, std::vector<float>& wrapped) {
  if (slice.padded() == 0) return history.window(slice.start, slice.length);
  wrapped = wrap_pad(history.window(slice.start, slice.recorded), slice.length);
  return wrapped;
}

}  // namespace

struct StemSlicer::State {
  AudioHistory mixture;
  std::vector<Stem> stems;

  /// All stems' slices of the next block; false when it is not complete.
  bool find_block(bool ended, std::vector<Found>& found);
  void emit(const Found& found, const StemSliceSink& sink) const;
  void advance(bool ended, const StemSliceSink& sink);
};

bool StemSlicer::State::find_block(bool ended, std::vector<Found>& found) {
  found.clear();
  bool is_complete = false;
  for (std::size_t source = 0; source < stems.size(); ++source) {
    const EmitSlice keep = [&](const Slice& slice, std::span<const float>) {
      found.push_back({slice, static_cast<int>(source)});
    };
    is_complete = stems[source].slicer.advance_block(stems[source].history, ended, keep);
  }
  const auto earlier = [](const Found& a, const Found& b) { return a.slice.start < b.slice.start; };
  std::stable_sort(found.begin(), found.end(), earlier);
  return is_complete;
}

void StemSlicer::State::emit(const Found& found, const StemSliceSink& sink) const {
  std::vector<std::vector<float>> wrapped(stems.size() + 1);
  std::vector<std::span<const float>> cuts;
  cuts.reserve(stems.size());
  for (const Stem& stem : stems) cuts.push_back(cut(stem.history, found.slice, wrapped[cuts.size()]));
  sink(found.slice, found.source, cut(mixture, found.slice, wrapped.back()), cuts);
}

void StemSlicer::State::advance(bool ended, const StemSliceSink& sink) {
  std::vector<Found> found;
  while (find_block(ended, found)) {
    for (const Found& one : found) emit(one, sink);
  }
  // The slicers are in step, so that all need audio from the same position on.
  const std::int64_t needed_from = stems.front().slicer.needed_from();
  mixture.forget_before(needed_from);
  for (Stem& stem : stems) stem.history.forget_before(needed_from);
}

StemSlicer::StemSlicer(int sample_rate_hz, const SliceOptions& options, int sources)
    : state_(std::make_unique<State>()) {
  const BlockPeakSlicer slicer{sample_rate_hz, options};
  state_->stems.assign(static_cast<std::size_t>(sources), Stem{{}, slicer});
}

StemSlicer::~StemSlicer() = default;
StemSlicer::StemSlicer(StemSlicer&&) noexcept = default;
StemSlicer& StemSlicer::operator=(StemSlicer&&) noexcept = default;

void StemSlicer::push(std::span<const float> mixture, std::span<const std::vector<float>> stems,
                      const StemSliceSink& sink) {
  const auto in_step = [&](const std::vector<float>& stem) { return stem.size() == mixture.size(); };
  if (stems.size() != state_->stems.size() || !std::all_of(stems.begin(), stems.end(), in_step)) {
    throw Error{
        "stems are out of step with their mixture", "sample " + std::to_string(state_->mixture.end()),
        "push as many samples of the mixture and of each of " + std::to_string(state_->stems.size()) + " stems"};
  }
  append(state_->mixture, mixture);
  for (std::size_t source = 0; source < stems.size(); ++source) append(state_->stems[source].history, stems[source]);
  state_->advance(false, sink);
}

void StemSlicer::finish(const StemSliceSink& sink) {
  state_->advance(true, sink);
}

}  // namespace veery
