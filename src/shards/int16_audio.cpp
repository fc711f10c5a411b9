#include <algorithm>
#include <bit>
#include <cstring>

#include <veery/base/error.hpp>
#include <veery/shards/int16_audio.hpp>

namespace veery {

void to_int16(std::span<const float> samples, std::span<std::int16_t> converted) {
  if (samples.size() != converted.size()) throw Error{"audio buffers differ in size", "to_int16"};
  const float* __restrict from = samples.data();
  std::int16_t* __restrict to = converted.data();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // NaN is told by its bits: a comparison of floats would keep the loop from being vectorised.
    const auto bits = std::bit_cast<std::uint32_t>(from[i]);
    const std::uint32_t keep = (bits & 0x7FFFFFFFU) > 0x7F800000U ? 0U : 0xFFFFFFFFU;
    const float scaled = std::bit_cast<float>(bits & keep) * 32768.0F;
    to[i] = static_cast<std::int16_t>(static_cast<std::int32_t>(std::min(std::max(scaled, -32768.0F), 32767.0F)));
  }
}

void to_float(AudioType type, std::span<const std::byte> stored, std::span<float> samples) {
  const std::size_t width = type == AudioType::int16 ? sizeof(std::int16_t) : sizeof(float);
  if (stored.size() != samples.size() * width) throw Error{"audio buffers differ in size", "to_float"};
  if (type == AudioType::float32) {
    std::memcpy(samples.data(), stored.data(), stored.size());
    return;
  }
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::int16_t sample = 0;
    std::memcpy(&sample, stored.data() + i * width, width);
    samples[i] = static_cast<float>(sample) / 32768.0F;
  }
}

}  // namespace veery
