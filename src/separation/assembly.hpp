#pragma once
// Windows whose sources have their final order to continuous stems: cross-fades, and what can be emitted when.
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include <veery/separation/stitcher.hpp>

namespace veery::separation {

struct SampleRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

/// A window whose rows have been given to stems.
struct PlacedWindow {
  at::Tensor outputs;  ///< [row, sample], contiguous float32
  SampleRange range;
  std::vector<int> rows;  ///< stem → row

  [[nodiscard]] const float* samples(std::size_t stem, std::int64_t from) const {
    return outputs.const_data_ptr<float>() + rows[stem] * outputs.size(1) + (from - range.begin);
  }
};

/// A sample is copied once, into what is emitted; what may still change stays in its window's own tensor.
class Assembly {
 public:
  Assembly(std::int64_t sources, std::int64_t fade_samples);

  [[nodiscard]] const PlacedWindow& last() const { return last_; }

  void begin(PlacedWindow window);
  /// Fades from the last window to this one, in the middle of their overlap. Returns where.
  SampleRange join(PlacedWindow window);

  /// The next window starts one sample behind the last one at the earliest.
  [[nodiscard]] std::int64_t final_to() const;
  void emit(std::int64_t to, const StemSink& sink);

 private:
  [[nodiscard]] std::int64_t ready_to() const { return emitted_ + static_cast<std::int64_t>(ready_.front().size()); }
  void make_ready_to(std::int64_t to);

  StemBlock ready_;  ///< from `emitted_` on; where it ends, `last_` goes on
  std::int64_t emitted_ = 0;
  PlacedWindow last_;
  std::int64_t fade_samples_;
  std::vector<float> weights_;
};

}  // namespace veery::separation
