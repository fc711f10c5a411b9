#pragma once
// Plain WAV files with a 44-byte header: mono, 16-bit or float32 (which may hold NaN), nothing else.
#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace veery::test {

class WavFile {
 public:
  enum class Kind { pcm16, float32 };

  /// The header promises `count` samples; append() has to bring them.
  WavFile(const std::filesystem::path& path, Kind kind, int sample_rate_hz, std::int64_t count)
      : path_(path), file_(path, std::ios::binary) {
    const std::uint32_t bytes = kind == Kind::pcm16 ? 2 : 4;
    const auto rate = static_cast<std::uint32_t>(sample_rate_hz);
    const auto size = static_cast<std::uint32_t>(count) * bytes;
    text("RIFF"), number(36 + size, 4), text("WAVEfmt "), number(16, 4);
    number(kind == Kind::pcm16 ? 1 : 3, 2), number(1, 2), number(rate, 4), number(rate * bytes, 4);
    number(bytes, 2), number(8 * bytes, 2), text("data"), number(size, 4);
  }

  template <typename Sample>
  void append(std::span<const Sample> samples) {
    static_assert(std::endian::native == std::endian::little);
    file_.write(reinterpret_cast<const char*>(samples.data()), static_cast<std::streamsize>(samples.size_bytes()));
    if (!file_.flush()) throw std::runtime_error("can't write " + path_.string());
  }

 private:
  void text(std::string_view letters) { file_ << letters; }
  void number(std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file_.put(static_cast<char>(value >> (8 * i)));
  }

  std::filesystem::path path_;
  std::ofstream file_;
};

inline void write_float_wav(const std::filesystem::path& path, std::span<const float> samples,
                            int sample_rate_hz = 32'000) {
  WavFile{path, WavFile::Kind::float32, sample_rate_hz, static_cast<std::int64_t>(samples.size())}.append(samples);
}

inline void write_pcm16_wav(const std::filesystem::path& path, std::span<const std::int16_t> samples,
                            int sample_rate_hz = 32'000) {
  WavFile{path, WavFile::Kind::pcm16, sample_rate_hz, static_cast<std::int64_t>(samples.size())}.append(samples);
}

}  // namespace veery::test
