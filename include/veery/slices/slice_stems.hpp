#pragma once
// Slices around peaks that are found on separated stems: what a louder voice hides in the mixture has a peak in its
// own stem. Cut out of the mixture and of all stems at once.
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <veery/slices/slice.hpp>

namespace veery {

/// Receives a slice, the stem on which its peak was found, and the mixture's samples and each stem's, `Slice::length`
/// of each (padding included). The samples are valid during the call.
using StemSliceSink = std::function<void(const Slice&, int source, std::span<const float> mixture,
                                         std::span<const std::span<const float>> stems)>;

/// A separated recording as a stream. Each stem is sliced as `slice_recording` slices a recording in blocks: every
/// block and stem on its own, with as many peaks as `SliceOptions::peaks` allows to each; a stem without a peak
/// (silence has none) gives no slice. A window wanted by two stems is two slices, one a stem. Slices come block by
/// block, within one by start, of one start by source; how the stream is cut into pushes changes nothing.
///
/// Memory is one scope and two slices of mixture and stems, and one push. Not thread-safe, objects are independent.
class StemSlicer {
 public:
  /// `options` with windows around peaks and a scope of a fixed length; `sources` ≥ 1: the caller checks.
  StemSlicer(int sample_rate_hz, const SliceOptions& options, int sources);
  ~StemSlicer();
  StemSlicer(StemSlicer&&) noexcept;
  StemSlicer& operator=(StemSlicer&&) noexcept;

  /// The next samples of the mixture and of each stem at the same times. Throws Error when there are not as many of
  /// each; what the sink throws leaves the slicer unusable.
  void push(std::span<const float> mixture, std::span<const std::vector<float>> stems, const StemSliceSink& sink);

  /// The recording has ended; nothing may be pushed afterwards.
  void finish(const StemSliceSink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
