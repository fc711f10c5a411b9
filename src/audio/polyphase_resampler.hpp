#pragma once
// scipy.signal.resample_poly as a stream: y[m] = Σ_k h[half + m·down − k·up] · x[k].
#include <veery/audio/resampler.hpp>

namespace veery {

class PolyphaseResampler final : public Resampler {
 public:
  PolyphaseResampler(int up, int down);
  void push(std::span<const float> input, std::vector<float>& output) override;
  void finish(std::vector<float>& output) override;

 private:
  void produce(std::int64_t end, std::vector<float>& output);

  std::int64_t up_;
  std::int64_t down_;
  std::int64_t half_;            ///< taps on each side of the centre
  std::int64_t taps_per_phase_;  ///< padded with zeros so that all phases are alike
  std::vector<float> phases_;    ///< [up, taps_per_phase], in the order of the input
  std::vector<float> pending_;   ///< input from sample `pending_start_` on
  std::int64_t pending_start_;   ///< negative at first: the zeros before the recording
  std::int64_t taken_ = 0;
  std::int64_t given_ = 0;
};

}  // namespace veery
