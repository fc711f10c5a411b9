#pragma once
// The last stretch of a stream, addressed by position from the start of the recording.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace veery {

class AudioHistory {
 public:
  [[nodiscard]] std::int64_t begin() const { return begin_; }
  [[nodiscard]] std::int64_t end() const { return begin_ + static_cast<std::int64_t>(samples_.size() - dropped_); }

  /// Room for `count` samples behind the end; call `added` with how many came.
  std::span<float> room(std::size_t count) {
    used_ = samples_.size();
    samples_.resize(used_ + count);
    return std::span{samples_}.subspan(used_);
  }
  void added(std::size_t count) { samples_.resize(used_ + count); }

  [[nodiscard]] std::span<const float> window(std::int64_t start, std::int64_t length) const {
    return std::span{samples_}.subspan(dropped_ + static_cast<std::size_t>(start - begin_),
                                       static_cast<std::size_t>(length));
  }

  /// Forgets what lies before `position`; memory is moved only when half of it is forgotten.
  void forget_before(std::int64_t position) {
    const std::int64_t target = std::clamp(position, begin_, end());
    dropped_ += static_cast<std::size_t>(target - begin_);
    begin_ = target;
    if (dropped_ * 2 < samples_.size()) return;
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(dropped_));
    dropped_ = 0;
  }

 private:
  std::vector<float> samples_;
  std::size_t dropped_ = 0;
  std::size_t used_ = 0;
  std::int64_t begin_ = 0;
};

}  // namespace veery
