#pragma once
// One recording, however long, to stems: windows through a network, joined again, in bounded memory.
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include <veery/audio/recording_stream.hpp>
#include <veery/separation/batcher.hpp>
#include <veery/separation/stitcher.hpp>

namespace veery {

struct SeparateOptions {
  ChannelChoice channels;
  ResamplerKind resampler = ResamplerKind::soxr_hq;
  WindowOptions windows;
  int output_rate_hz = 0;  ///< 0: the model's; the source's: as many samples as the source has frames
};

/// How much of the mixture the stems together miss, at the model's rate.
struct Residual {
  double peak = 0.0;  ///< largest |mixture - sum of stems|
  double rms = 0.0;
  double mixture_rms = 0.0;

  /// 20·log10(rms / mixture_rms), within ±200; -200 when nothing is missing.
  [[nodiscard]] double level_db() const;
};

struct SeparationAccount {
  std::int64_t frames_read = 0;  ///< of the source file
  std::int64_t samples = 0;      ///< of each stem
  int sample_rate_hz = 0;        ///< of the stems
  std::vector<LostRange> lost;   ///< zeros in the stems' input
  std::vector<Seam> seams;       ///< Seam::sample at the model's rate
  Residual residual;
  std::optional<LostRange> not_separated;  ///< the model gave NaN: the stems end somewhere in front of this range
  std::int64_t read_retries = 0;           ///< reads of the file that failed and were tried again
  double decode_s = 0.0;                   ///< wall time
  double stitch_s = 0.0;
};

/// The sink sees each sample once, in order. Refuses a bad recording. Throws Error when the model or the
/// sink fails. Thread-safe.
[[nodiscard]] OrRefusal<SeparationAccount> separate_recording(const std::filesystem::path& path,
                                                              const SeparateOptions& options, Batcher& batcher,
                                                              const StemSink& sink);

}  // namespace veery
