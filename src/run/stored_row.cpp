#include "run/stored_row.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <veery/shards/int16_audio.hpp>

namespace veery {
namespace {

void append(AudioType type, std::span<const float> samples, std::vector<std::byte>& bytes) {
  std::vector<std::int16_t> integers;
  std::span<const std::byte> stored = std::as_bytes(samples);
  if (type == AudioType::int16) {
    integers.resize(samples.size());
    to_int16(samples, integers);
    stored = std::as_bytes(std::span{integers});
  }
  bytes.insert(bytes.end(), stored.begin(), stored.end());
}

float gain_that_fits(std::span<const std::span<const float>> stems) {
  float peak = 0.0F;
  for (const std::span<const float> stem : stems) {
    for (const float sample : stem) peak = std::max(peak, std::abs(sample));
  }
  float gain = 1.0F;
  while (peak * gain >= 1.0F) gain *= 0.5F;
  return gain;
}

}  // namespace

StoredRow store_row(AudioType type, std::span<const float> mixture, std::span<const std::span<const float>> stems) {
  StoredRow row;
  append(type, mixture, row.bytes);
  if (type == AudioType::int16) row.stem_gain = gain_that_fits(stems);
  std::vector<float> scaled;
  for (const std::span<const float> stem : stems) {
    scaled.assign(stem.begin(), stem.end());
    for (float& sample : scaled) sample *= row.stem_gain;
    append(type, scaled, row.bytes);
  }
  return row;
}

}  // namespace veery
