#pragma once
// Stems on their way out: compared with the mixture, then brought to the rate that was asked for.
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <veery/audio/resampler.hpp>
#include <veery/separation/separate_recording.hpp>

namespace veery::separation {

/// Sums for `Residual`.
class ResidualMeter {
 public:
  void add(const StemBlock& stems, std::span<const float> mixture);
  [[nodiscard]] Residual result() const;

 private:
  double peak_ = 0.0;
  double missing_ = 0.0;
  double mixture_ = 0.0;
  std::int64_t samples_ = 0;
};

class StemOutput {
 public:
  StemOutput(std::int64_t sources, int model_rate_hz, int output_rate_hz, const StemSink& sink);

  void add(const StemBlock& stems);
  /// From now on the stems' length is known: what the resamplers add behind it is cut off.
  void set_length(std::int64_t samples) { length_ = samples; }
  void finish();
  [[nodiscard]] std::int64_t samples() const { return samples_; }

 private:
  void pass_on(StemBlock& stems);

  const StemSink& sink_;
  std::vector<std::unique_ptr<Resampler>> resamplers_;  ///< none when the rates are equal
  std::int64_t sources_;
  std::int64_t length_ = -1;  ///< -1: not known yet
  std::int64_t samples_ = 0;
};

}  // namespace veery::separation
