#include "separation/assembly.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace veery::separation {
namespace {

/// In the middle of the overlap: what lies outside is context.
SampleRange fade_in(const SampleRange& overlap, std::int64_t fade_samples) {
  const std::int64_t length = std::min(fade_samples, overlap.end - overlap.begin);
  const std::int64_t begin = overlap.begin + (overlap.end - overlap.begin - length) / 2;
  return {begin, begin + length};
}

/// sin² from 0 to 1: the squares of a power-complementary pair add up to 1.
std::vector<float> fade_weights(std::int64_t length) {
  std::vector<float> weights(static_cast<std::size_t>(length));
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const double phase = (static_cast<double>(i) + 0.5) / static_cast<double>(length);
    weights[i] = static_cast<float>(std::pow(std::sin(std::numbers::pi / 2 * phase), 2));
  }
  return weights;
}

}  // namespace

Assembly::Assembly(std::int64_t sources, std::int64_t fade_samples)
    : ready_(static_cast<std::size_t>(sources)), fade_samples_(fade_samples) {}

void Assembly::begin(PlacedWindow window) {
  emitted_ = window.range.begin;
  last_ = std::move(window);
}

SampleRange Assembly::join(PlacedWindow window) {
  const SampleRange fade = fade_in({window.range.begin, last_.range.end}, fade_samples_);
  make_ready_to(fade.end);
  const auto length = static_cast<std::size_t>(fade.end - fade.begin);
  if (length != weights_.size()) weights_ = fade_weights(fade.end - fade.begin);
  for (std::size_t stem = 0; stem < ready_.size(); ++stem) {
    float* const before = ready_[stem].data() + (fade.begin - emitted_);
    const float* const after = window.samples(stem, fade.begin);
    // In this form equal samples stay as they are, to the sign of a zero.
    for (std::size_t i = 0; i < length; ++i) before[i] -= weights_[i] * (before[i] - after[i]);
  }
  last_ = std::move(window);
  return fade;
}

std::int64_t Assembly::final_to() const {
  return fade_in({last_.range.begin + 1, last_.range.end}, fade_samples_).begin;
}

void Assembly::emit(std::int64_t to, const StemSink& sink) {
  if (to <= emitted_) return;
  make_ready_to(std::max(to, ready_to()));
  StemBlock rest(ready_.size());
  const auto count = static_cast<std::ptrdiff_t>(to - emitted_);
  for (std::size_t stem = 0; stem < ready_.size(); ++stem) {
    rest[stem].assign(ready_[stem].begin() + count, ready_[stem].end());
    ready_[stem].resize(static_cast<std::size_t>(count));
  }
  sink(ready_);
  // Copied, not moved: `ready_` keeps its memory.
  for (std::size_t stem = 0; stem < ready_.size(); ++stem) ready_[stem].assign(rest[stem].begin(), rest[stem].end());
  emitted_ = to;
}

/// To exactly there: what an earlier window had ready behind it, the last one replaces.
void Assembly::make_ready_to(std::int64_t to) {
  const std::int64_t from = std::min(ready_to(), to);
  for (std::size_t stem = 0; stem < ready_.size(); ++stem) {
    ready_[stem].resize(static_cast<std::size_t>(from - emitted_));
    const float* const more = last_.samples(stem, from);
    ready_[stem].insert(ready_[stem].end(), more, more + (to - from));
  }
}

}  // namespace veery::separation
