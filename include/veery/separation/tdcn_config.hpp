#pragma once
// What a separation network is like, in plain values.
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace veery {

enum class Encoder { learnable_basis, stft };
/// What is done to the magnitudes of spectra, over all signals, frames and coefficients of an example, before one
/// scale and one bias: both moments are normalised; their power of 0.3 is divided by its maximum; nothing.
enum class FeatureNorm { mean_and_variance, compress_and_max, none };
/// What the mean and variance of a normalisation run over, always within one example.
enum class NormAxes { frames, channels, frames_and_channels };
/// How the difference between the mixture and the sum of the stems is shared out among the stems.
enum class Consistency { none, uniform, magsq, pred_source };

/// Defaults: the network of “Unsupervised sound separation using mixture invariant training”, 16 kHz, 8 sources.
struct TdcnConfig {
  std::int64_t sample_rate_hz = 16000;
  Encoder encoder = Encoder::learnable_basis;
  std::int64_t window_samples = 40;
  std::int64_t hop_samples = 20;
  std::int64_t coefficients = 256;  ///< a frame; with STFT half the length of the transform, plus 1
  bool keep_extra_frame = false;    ///< learnable basis: a frame begins at every hop, even one with no new sample
  bool pad_beginning = false;       ///< STFT: window_samples - hop_samples zeros in front
  std::int64_t sources = 8;
  std::int64_t bottleneck = 256;
  std::int64_t conv_channels = 512;
  std::int64_t dilations = 8;  ///< blocks a repeat; their dilations are 1, 2, 4 …
  std::int64_t repeats = 4;
  bool skips = false;          ///< from the beginning of each repeat to the beginnings of all later ones
  bool residual_scale = true;  ///< each block's contribution has a factor of its own
  NormAxes norm = NormAxes::frames;
  Consistency consistency = Consistency::pred_source;
  double magsq_floor = 1e-8;  ///< added to the power of each stem
  std::int64_t passes = 1;    ///< STFT: each further pass sees the stems of the one before
  FeatureNorm feature_norm = FeatureNorm::mean_and_variance;  ///< STFT

  [[nodiscard]] std::int64_t blocks() const { return dilations * repeats; }

  friend bool operator==(const TdcnConfig&, const TdcnConfig&) = default;
};

/// What a forward pass keeps for its gradient: all that it needs, or of each block the input alone, from which the
/// block is made again: a third more time for a small part of the memory, and the same gradient.
enum class Activations { keep, recompute };

/// Throws Error naming the first value that no network can have.
void check_config(const TdcnConfig& config);

/// Name and value of every setting, in words, in a fixed order.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> describe(const TdcnConfig& config);

[[nodiscard]] std::string to_string(Encoder encoder);
[[nodiscard]] std::string to_string(FeatureNorm norm);
[[nodiscard]] std::string to_string(NormAxes norm);
[[nodiscard]] std::string to_string(Consistency consistency);
/// Both throw UsageError that lists the names there are.
[[nodiscard]] Consistency parse_consistency(const std::string& name);
[[nodiscard]] FeatureNorm parse_feature_norm(const std::string& name);

}  // namespace veery
