#pragma once
// Per-band denoising of a log-mel spectrogram (Perch's "mixture denoising", threshold 0.75): what stands out
// of a band's own noise over the whole scope is kept, the rest is zero.
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include <veery/base/file_descriptor.hpp>
#include <veery/peaks/mel_spectrogram.hpp>

namespace veery {

/// Rows of kMelBands floats in order: in memory up to a limit, beyond it in a nameless temporary file.
class FrameStore {
 public:
  explicit FrameStore(std::filesystem::path spill_folder);

  void append(std::span<const float> rows);
  [[nodiscard]] std::int64_t frames() const { return frames_; }

  /// Calls `consume(rows)` for all rows in order, some at a time.
  template <typename Consume>
  void for_each(Consume&& consume) const {
    std::vector<float> piece;
    for (std::int64_t frame = 0; frame < spilled_;) frame += load(frame, piece), consume(std::span<const float>{piece});
    consume(std::span<const float>{recent_});
  }

 private:
  std::int64_t load(std::int64_t frame, std::vector<float>& piece) const;

  std::filesystem::path folder_;
  std::vector<FileDescriptor> file_;  ///< none or one
  std::vector<float> recent_;
  std::int64_t spilled_ = 0;
  std::int64_t frames_ = 0;
};

class Denoiser {
 public:
  explicit Denoiser(std::filesystem::path spill_folder);

  void append(std::span<const float> rows);

  /// Sum over bands of the denoised spectrogram, one value a frame.
  [[nodiscard]] std::vector<float> summed_energy() const;

  /// The denoised rows themselves, for a look inside.
  [[nodiscard]] std::vector<float> denoised() const;

 private:
  using Bands = std::array<double, kMelBands>;
  struct Levels {
    Bands noise_mean;
    Bands signal_from;  ///< a value from here on is signal
  };
  [[nodiscard]] Levels levels() const;

  FrameStore store_;
  Bands sum_{};
  Bands sum_of_squares_{};
};

}  // namespace veery
