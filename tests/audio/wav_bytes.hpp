#pragma once
// WAV files byte by byte, right or wrong on purpose.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include <veery/base/staged_file.hpp>

namespace veery::test {

struct WavFields {
  std::uint16_t format = 1;  ///< 1: integers, 3: floats
  std::uint16_t channels = 1;
  std::uint32_t sample_rate_hz = 32'000;
  std::uint16_t bits = 16;
  std::optional<std::uint32_t> data_bytes = std::nullopt;  ///< what the header says; none: the truth
};

inline std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFFU);
  return text;
}

inline std::string wav_bytes(const std::string& payload, const WavFields& fields = {}) {
  const auto frame_bytes = static_cast<std::uint32_t>(fields.channels * fields.bits / 8);
  const std::uint32_t data_bytes = fields.data_bytes.value_or(static_cast<std::uint32_t>(payload.size()));
  std::string body = "WAVEfmt " + little_endian(16, 4) + little_endian(fields.format, 2) +
                     little_endian(fields.channels, 2) + little_endian(fields.sample_rate_hz, 4) +
                     little_endian(fields.sample_rate_hz * frame_bytes, 4) + little_endian(frame_bytes, 2) +
                     little_endian(fields.bits, 2) + "data" + little_endian(data_bytes, 4) + payload;
  return "RIFF" + little_endian(static_cast<std::uint32_t>(body.size()), 4) + body;
}

template <typename Sample>
std::string as_payload(std::span<const Sample> samples) {
  std::string bytes(samples.size_bytes(), '\0');
  std::memcpy(bytes.data(), samples.data(), bytes.size());
  return bytes;
}

}  // namespace veery::test
