#pragma once
// Sample-rate conversion of a stream of mono float samples.
//
// soxr_hq: libsoxr's HQ recipe (no audible aliasing; a tone at 1.02 of the new Nyquist is 137 dB down).
// perch:   scipy.signal.resample_poly as Perch calls it (Kaiser 5.0, 20·max(up, down)+1 taps, zeros beyond
//          both ends); lets aliases through, kept for parity with Perch.
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace veery {

enum class ResamplerKind { soxr_hq, perch };

/// Samples at `to_hz` of a stream of `count` samples at `from_hz`: ceil(count · to / from), exactly.
[[nodiscard]] std::int64_t resampled_length(std::int64_t count, int from_hz, int to_hz);

/// The source sample nearest to `position` at the other rate, by integer arithmetic.
[[nodiscard]] std::int64_t source_position(std::int64_t position, int rate_hz, int source_rate_hz);

/// Output depends on the samples alone, not on how they are cut into pushes. Not thread-safe.
class Resampler {
 public:
  virtual ~Resampler() = default;
  /// Appends to `output` what `input` completes.
  virtual void push(std::span<const float> input, std::vector<float>& output) = 0;
  /// Appends the rest; in total resampled_length() samples have come out.
  virtual void finish(std::vector<float>& output) = 0;
};

/// The identity when the rates are equal. Throws Error.
[[nodiscard]] std::unique_ptr<Resampler> make_resampler(ResamplerKind kind, int from_hz, int to_hz);

/// Perch's low-pass taps for up/down (float32, times `up`), exposed for tests.
[[nodiscard]] std::vector<float> perch_taps(int up, int down);

}  // namespace veery
