#pragma once
// Synthetic soundscapes: birds at known times, bands and levels over wind, rain, insects, road and sensor noise.
//
// They are the demo archive, the tests' input and training data. A recording is a pure function of the options and
// its number: the same samples on every run, machine and for every way of reading it.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace veery {

/// One kind of background noise.
struct BackgroundOptions {
  double level_dbfs;    ///< rms where it is present; each recording lies up to 4 dB above or below
  double chance = 1.0;  ///< share of the recordings that have it
};

struct SoundscapeOptions {
  int sample_rate_hz = 32000;
  double recording_s = 300.0;
  std::uint64_t seed = 1;
  double calls_per_minute = 16.0;     ///< on average; they come in bouts of one individual
  double loudest_call_dbfs = -6.0;    ///< peak level of a bird that is near (8 m)
  double faintest_call_dbfs = -30.0;  ///< peak level of the farthest one
  BackgroundOptions wind{-42.0};
  BackgroundOptions rain{-42.0, 0.25};
  BackgroundOptions insects{-48.0, 0.45};
  BackgroundOptions road{-44.0, 0.4};
  double floor_dbfs = -72.0;  ///< rms of the sensor's own white noise
};

/// One vocalisation as an annotator would box it, with its true level.
struct BirdCall {
  std::string species;
  double start_s = 0.0;
  double end_s = 0.0;  ///< of the direct sound: echoes follow for up to 0.3 s
  double low_hz = 0.0;
  double high_hz = 0.0;
  double level_dbfs = 0.0;  ///< peak, echoes included
  double snr_db = 0.0;      ///< mean power of the call over that of the background, both in this box
  double distance_m = 0.0;
};

/// The calls of one recording in order of time, all inside it. Birds above the Nyquist frequency are not heard.
/// Throws UsageError when the options are impossible.
[[nodiscard]] std::vector<BirdCall> plan_calls(const SoundscapeOptions& options, std::uint64_t recording_number);

/// What of a recording is heard; the parts do not depend on each other and, but for clipping, add up to the whole.
struct SoundscapePart {
  bool background = true;
  std::optional<std::string> species{};  ///< one alone, by its code; none: all birds
};

/// Renders one recording from its start; silent behind its end. Not thread-safe.
/// The background does not depend on the birds: with calls_per_minute = 0 it is heard alone.
class SoundscapeStream {
 public:
  /// Throws UsageError when the options are impossible.
  SoundscapeStream(const SoundscapeOptions& options, std::uint64_t recording_number, const SoundscapePart& part = {});
  ~SoundscapeStream();
  SoundscapeStream(SoundscapeStream&& other) noexcept;
  SoundscapeStream& operator=(SoundscapeStream&& other) noexcept;

  [[nodiscard]] std::int64_t samples() const;
  [[nodiscard]] const std::vector<BirdCall>& calls() const;
  /// The next samples, within ±1; blocks of any size give the same samples. Returns how many belong to the
  /// recording; the rest of the block is zero.
  std::size_t read(std::span<float> block);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
