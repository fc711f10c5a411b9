#include "separation/front_end.hpp"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <numbers>

#include "separation/normalise.hpp"

namespace veery::separation {
namespace {

std::int64_t divide_up(std::int64_t value, std::int64_t by) {
  return (value + by - 1) / by;
}

std::int64_t frame_count(const TdcnConfig& config, std::int64_t samples) {
  const std::int64_t hop = config.hop_samples;
  if (config.encoder == Encoder::stft || config.keep_extra_frame) return divide_up(samples, hop);
  // Too short for one window: a frame all the same, filled up with zeros.
  return 1 + divide_up(std::max<std::int64_t>(samples - config.window_samples, 0), hop);
}

/// [.., sample] to [.., frame, window], filled up with zeros at the end.
at::Tensor cut_into_frames(const TdcnConfig& config, const at::Tensor& signals) {
  const std::int64_t samples = signals.size(-1);
  const std::int64_t wanted = (frame_count(config, samples) - 1) * config.hop_samples + config.window_samples;
  const at::Tensor padded = at::constant_pad_nd(signals, {0, std::max<std::int64_t>(wanted - samples, 0)});
  return padded.narrow(-1, 0, wanted).unfold(-1, config.window_samples, config.hop_samples);
}

/// [.., frame, window] to [.., sample]. Each frame is cut into pieces of one hop, so that overlapping frames
/// become whole rows that are shifted and added.
at::Tensor overlap_add(const at::Tensor& frames, std::int64_t hop) {
  const std::int64_t count = frames.size(-2);
  const std::int64_t window = frames.size(-1);
  const std::int64_t pieces = divide_up(window, hop);
  const at::Tensor cut = at::constant_pad_nd(frames, {0, pieces * hop - window}).unflatten(-1, {pieces, hop});
  at::Tensor sum = at::constant_pad_nd(cut.select(-2, 0), {0, 0, 0, pieces - 1});
  for (std::int64_t piece = 1; piece < pieces; ++piece) {
    sum = sum + at::constant_pad_nd(cut.select(-2, piece), {0, 0, piece, pieces - 1 - piece});
  }
  return sum.flatten(-2).narrow(-1, 0, (count - 1) * hop + window);
}

std::int64_t transform_length(const TdcnConfig& config) {
  return 2 * (config.coefficients - 1);
}

std::int64_t zeros_in_front(const TdcnConfig& config) {
  return config.encoder == Encoder::stft && config.pad_beginning ? config.window_samples - config.hop_samples : 0;
}

Encoded encode_with_basis(const TdcnConfig& config, const Layer& weights, const at::Tensor& signals,
                          const Observer& observe) {
  const at::Tensor frames = cut_into_frames(config, signals.select(1, 0));
  const at::Tensor coefficients = at::relu(at::matmul(frames, weights["encoder.kernel"]));
  if (observe) observe("encoder_output", coefficients);
  return {coefficients, coefficients};
}

/// Magnitudes [batch, frame, signal x coefficient] to features.
at::Tensor normalised_features(const TdcnConfig& config, const Layer& weights, const at::Tensor& magnitudes) {
  if (config.feature_norm == FeatureNorm::mean_and_variance) {
    return join_frames(
        normalise({magnitudes}, NormAxes::frames_and_channels, weights["features.gamma"], weights["features.beta"]));
  }
  at::Tensor features = magnitudes;
  if (config.feature_norm == FeatureNorm::compress_and_max) {
    const at::Tensor compressed = at::pow(magnitudes, 0.3);
    features = compressed / (compressed.amax({1, 2}, /*keepdim=*/true) + 1e-3);
  }
  return at::addcmul(weights["features.bias"], features, weights["features.scale"]);
}

Encoded encode_with_stft(const TdcnConfig& config, const Layer& weights, const at::Tensor& signals,
                         const Observer& observe) {
  const at::Tensor window = analysis_window(config.window_samples).to(signals.options());
  const at::Tensor padded = at::constant_pad_nd(signals, {zeros_in_front(config), 0});
  const at::Tensor spectra = at::fft_rfft(cut_into_frames(config, padded) * window, transform_length(config));
  const at::Tensor magnitudes = at::abs(spectra);
  const at::Tensor features = normalised_features(config, weights, magnitudes.transpose(1, 2).flatten(2));
  if (observe) {
    observe("stft_real", at::real(spectra));
    observe("stft_imag", at::imag(spectra));
    observe("mag", magnitudes);
    observe("normalised_mag", features);
  }
  return {spectra.select(1, 0), features};
}

}  // namespace

at::Tensor analysis_window(std::int64_t window_samples) {
  // A periodic Hann window where the length is even, a symmetric one where it is odd, as TensorFlow has it.
  const auto period = static_cast<double>(std::max<std::int64_t>(window_samples - window_samples % 2, 1));
  const at::Tensor angle = at::arange(window_samples, at::kDouble) * (2 * std::numbers::pi / period);
  return at::sqrt(0.5 - 0.5 * at::cos(angle));
}

at::Tensor synthesis_window(std::int64_t window_samples, std::int64_t hop_samples) {
  const at::Tensor window = analysis_window(window_samples);
  const std::int64_t pieces = divide_up(window_samples, hop_samples);
  const at::Tensor power = at::constant_pad_nd(window * window, {0, pieces * hop_samples - window_samples});
  const at::Tensor overlapped = power.unflatten(0, {pieces, hop_samples}).sum(0).repeat({pieces});
  return window / overlapped.narrow(0, 0, window_samples).clamp_min(1e-12);
}

Encoded encode(const TdcnConfig& config, const Layer& weights, const at::Tensor& signals, const Observer& observe) {
  return config.encoder == Encoder::stft ? encode_with_stft(config, weights, signals, observe)
                                         : encode_with_basis(config, weights, signals, observe);
}

at::Tensor decode(const TdcnConfig& config, const Layer& weights, const at::Tensor& coefficients) {
  if (config.encoder == Encoder::learnable_basis) return at::matmul(coefficients, weights["decoder.kernel"]);
  const at::Tensor whole = at::fft_irfft(coefficients, transform_length(config));
  const at::Tensor window = synthesis_window(config.window_samples, config.hop_samples).to(whole.options());
  return whole.narrow(-1, 0, config.window_samples) * window;
}

at::Tensor overlap_frames(const TdcnConfig& config, const at::Tensor& frames, std::int64_t samples) {
  return overlap_add(frames.transpose(1, 2), config.hop_samples).narrow(-1, zeros_in_front(config), samples);
}

}  // namespace veery::separation
