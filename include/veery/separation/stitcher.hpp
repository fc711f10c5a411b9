#pragma once
// Overlapping windows of separated audio to continuous stems. A network numbers its outputs anew in every window;
// here each stem keeps its number: by what both windows say of the audio they share and, where a stem is silent
// there, by how it sounded when it was last heard.
#include <ATen/core/ATen_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <veery/separation/windows.hpp>

namespace veery {

/// One set of samples for all stems: [source][sample], all of one length.
using StemBlock = std::vector<std::vector<float>>;
using StemSink = std::function<void(const StemBlock&)>;

/// Where one window was joined to those before it.
struct Seam {
  std::int64_t sample = 0;   ///< the middle of the cross-fade
  double confidence = 1.0;   ///< 0: another order would have been as good; 1: none comes near
  std::vector<int> outputs;  ///< stem → output of the network in the new window
};

/// Not thread-safe; objects are independent.
class Stitcher {
 public:
  /// Throws UsageError when the options leave gaps.
  Stitcher(std::int64_t sources, int sample_rate_hz, const WindowOptions& options);
  ~Stitcher();
  Stitcher(const Stitcher&) = delete;
  Stitcher& operator=(const Stitcher&) = delete;

  /// `outputs` [source, sample], float32 on the CPU and finite, unchanged until the next push: the window from sample
  /// `start` on, later than the window before, overlapping or at least touching it, and ending no earlier (else Error).
  /// Emits the samples that no later window can change.
  void push(std::int64_t start, const at::Tensor& outputs, const StemSink& sink);
  /// Emits the rest.
  void finish(const StemSink& sink);

  [[nodiscard]] const std::vector<Seam>& seams() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
