#pragma once
// The log-mel spectrogram that Perch's peak finder looks at, as a stream.
//
// Source: google-research/perch, chirp/audio_utils.py and chirp/signal.py: magnitude STFT (periodic Hann of
// 80 ms, hop of 10 ms, zeros half a window beyond both ends), 160 HTK-mel triangles from 60 Hz to 10 kHz
// whatever the Nyquist, 0.1 · ln(max(E, 0.01)). Magnitudes are not normalised, so levels grow with the rate.
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace veery {

inline constexpr int kMelBands = 160;

/// The frame grid: frame f is centred on sample f · hop.
struct FrameGrid {
  std::int64_t window = 0;  ///< samples, also the FFT length
  std::int64_t hop = 0;     ///< samples
  double scale = 1.0;       ///< of the magnitudes (1 but for audio shorter than a window)

  /// For audio of any length of at least one window.
  [[nodiscard]] static FrameGrid at_rate(int sample_rate_hz);
  /// For audio of `samples`, whose window shrinks when it is shorter than one. `hop` is 0 when there is too
  /// little audio for a frame (about 70 ms).
  [[nodiscard]] static FrameGrid for_audio(int sample_rate_hz, std::int64_t samples);

  [[nodiscard]] std::int64_t frames(std::int64_t samples) const;
};

/// Mel weights of one band: `weights[i]` belongs to FFT bin `first_bin + i`.
struct MelBand {
  std::int64_t first_bin = 0;
  std::vector<float> weights;
};
[[nodiscard]] std::vector<MelBand> mel_bands(int sample_rate_hz, std::int64_t bins);

/// Feeds whole frames (rows of kMelBands floats) to a consumer as audio comes in. Frames depend on the audio
/// alone, not on how it is cut into pushes. Not thread-safe; objects are independent.
class MelSpectrogram {
 public:
  using Consumer = std::function<void(std::span<const float> rows)>;

  MelSpectrogram(int sample_rate_hz, Consumer consumer);
  ~MelSpectrogram();
  MelSpectrogram(MelSpectrogram&&) noexcept;
  MelSpectrogram& operator=(MelSpectrogram&&) noexcept;

  void push(std::span<const float> samples);
  /// The frames that reach beyond the end; afterwards the object is spent. Returns the grid that was used.
  FrameGrid finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
