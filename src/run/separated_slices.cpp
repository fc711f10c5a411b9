#include "run/separated_slices.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <veery/audio/resampler.hpp>

namespace veery {

std::vector<float> resample(std::span<const float> samples, int from_hz, int to_hz) {
  const auto resampler = make_resampler(ResamplerKind::soxr_hq, from_hz, to_hz);
  std::vector<float> output;
  resampler->push(samples, output);
  resampler->finish(output);
  return output;
}

SeparatedSlices::SeparatedSlices(Batcher& batcher, int sample_rate_hz, Sink sink)
    : client_(batcher),
      model_rate_hz_(batcher.model().info().sample_rate_hz),
      sample_rate_hz_(sample_rate_hz),
      sink_(std::move(sink)) {}

void SeparatedSlices::push(const Slice& slice, std::span<const float> mixture) {
  while (client_.full()) take_one();
  client_.submit(resample(mixture, sample_rate_hz_, model_rate_hz_));
  waiting_.push({slice, {mixture.begin(), mixture.end()}});
}

void SeparatedSlices::finish() {
  while (!waiting_.empty()) take_one();
}

void SeparatedSlices::take_one() {
  const Waiting waiting = std::move(waiting_.front());
  waiting_.pop();
  const at::Tensor separated = client_.next();
  const auto length = static_cast<std::size_t>(separated.size(1));
  const std::span<const float> all{separated.const_data_ptr<float>(), static_cast<std::size_t>(separated.numel())};
  StemBlock stems;
  if (std::all_of(all.begin(), all.end(), [](float sample) { return std::isfinite(sample); })) {
    for (std::size_t start = 0; start < all.size(); start += length) {
      stems.push_back(resample(all.subspan(start, length), model_rate_hz_, sample_rate_hz_));
      stems.back().resize(waiting.mixture.size());
    }
  }
  sink_(waiting.slice, waiting.mixture, stems);
}

}  // namespace veery
