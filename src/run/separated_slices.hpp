#pragma once
// Slices of one recording on their way through the network: several under way, handed on in order.
#include <functional>
#include <queue>
#include <span>
#include <vector>

#include <veery/separation/batcher.hpp>
#include <veery/separation/stitcher.hpp>
#include <veery/slices/slice.hpp>

namespace veery {

class SeparatedSlices {
 public:
  /// Takes a slice with its mixture and stems at the dataset's rate; no stems when the model gave NaN.
  using Sink = std::function<void(const Slice& slice, std::span<const float> mixture, const StemBlock& stems)>;

  SeparatedSlices(Batcher& batcher, int sample_rate_hz, Sink sink);

  void push(const Slice& slice, std::span<const float> mixture);
  void finish();

 private:
  struct Waiting {
    Slice slice;
    std::vector<float> mixture;
  };

  void take_one();

  Batcher::Client client_;
  int model_rate_hz_;
  int sample_rate_hz_;
  Sink sink_;
  std::queue<Waiting> waiting_;
};

/// The samples at the other rate, as many as the length there asks for.
[[nodiscard]] std::vector<float> resample(std::span<const float> samples, int from_hz, int to_hz);

}  // namespace veery
