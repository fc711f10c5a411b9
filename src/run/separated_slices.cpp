#include "run/separated_slices.hpp"

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
  StemBlock stems = client_.next_block();
  for (std::vector<float>& stem : stems) {
    stem = resample(stem, model_rate_hz_, sample_rate_hz_);
    stem.resize(waiting.mixture.size());
  }
  sink_(waiting.slice, waiting.mixture, stems);
}

}  // namespace veery
