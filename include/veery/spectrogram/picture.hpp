#pragma once
// A picture of sounds that belong together, for the eye: time to the right, frequency up, dark is loud.
#include <span>
#include <string>
#include <vector>

namespace veery {

/// `viridis`: Matplotlib's (N. Smith and S. van der Walt, CC0), loud is yellow.
enum class Palette { grey, viridis };

struct PictureOptions {
  Palette palette = Palette::grey;
  double pixels_per_second = 100.0;
  int lane_height = 256;     ///< pixels
  double top_hz = 12'000.0;  ///< half the rate at most; 0 Hz is at the bottom, in between it is linear
  double range_db = 80.0;    ///< below the loudest point of all lanes, whatever is fainter has the background's colour
};

/// One spectrogram, below the one before it.
struct Lane {
  std::string title;
  std::span<const float> samples;  ///< full scale is 1; what is not finite counts as silence
};

struct Picture {
  std::string title;          ///< at the top left, UTF-8; printable
  std::string corner;         ///< at the top right: the wall clock of the first sample, for example
  std::vector<double> marks;  ///< seconds, a triangle above the first lane each
  std::vector<Lane> lanes;    ///< all of one length; one scale of levels for all, so that a faint lane looks faint
};

/// The bytes of a PNG file, the same for the same input on one kind of processor. Hann windows of 1,024 samples (512
/// below 24 kHz) around each pixel's middle, zeros beyond the ends; a pixel shows the loudest of the bins it covers.
/// Throws UsageError when there are no lanes, or no samples, or more than fit into 32,000 pixels. Thread-safe.
[[nodiscard]] std::string draw_png(const Picture& picture, int sample_rate_hz, const PictureOptions& options = {});

}  // namespace veery
