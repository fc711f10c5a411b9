#include "audio/wav_header.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace veery {
namespace {

constexpr std::int64_t kUnknown32 = 0xFFFFFFFF;
constexpr std::int64_t kMostBytes = std::int64_t{1} << 46U;  ///< who promises more promises nothing
constexpr int kMostChunks = 10'000;                          ///< a file of zeros is one chunk every 8 bytes

/// Reads little-endian fields at absolute places; past the end it yields zeros.
class Fields {
 public:
  explicit Fields(const FileDescriptor& file) : file_(file) {}

  template <typename Integer>
  [[nodiscard]] Integer at(std::int64_t offset) const {
    std::array<std::byte, sizeof(Integer)> bytes{};
    file_.read_at(offset, bytes);
    Integer value = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value = static_cast<Integer>(value | static_cast<Integer>(static_cast<Integer>(bytes[i]) << (8 * i)));
    }
    return value;
  }

  [[nodiscard]] std::int64_t size_at(std::int64_t offset) const {
    return static_cast<std::int64_t>(std::min(at<std::uint64_t>(offset), std::uint64_t{INT64_MAX}));
  }

  [[nodiscard]] bool tag_at(std::int64_t offset, std::string_view tag) const {
    std::array<std::byte, 4> bytes{};
    return file_.read_at(offset, bytes) == 4 && std::memcmp(bytes.data(), tag.data(), 4) == 0;
  }

 private:
  const FileDescriptor& file_;
};

WavHeader parse_format(const Fields& fields, std::int64_t body) {
  WavHeader header;
  header.channels = fields.at<std::uint16_t>(body + 2);
  header.sample_rate_hz = fields.at<std::uint32_t>(body + 4);
  header.bytes_per_frame = fields.at<std::uint16_t>(body + 12);
  return header;
}

/// Walks the chunks; `size_bytes` is 4 (RIFF, RF64) or 8 (Wave64, whose sizes include the chunk head).
std::optional<WavHeader> walk(const Fields& fields, std::int64_t file_bytes, bool wave64, bool rf64) {
  const std::int64_t head = wave64 ? 24 : 8;
  std::optional<WavHeader> header;
  std::int64_t ds64_data_bytes = -1;
  std::int64_t at = wave64 ? 40 : 12;
  for (int chunk = 0; chunk < kMostChunks && at + head <= file_bytes; ++chunk) {
    std::int64_t size = wave64 ? fields.size_at(at + 16) - 24 : std::int64_t{fields.at<std::uint32_t>(at + 4)};
    if (fields.tag_at(at, "ds64")) ds64_data_bytes = fields.size_at(at + head + 8);
    if (fields.tag_at(at, "fmt ")) header = parse_format(fields, at + head);
    if (fields.tag_at(at, "data")) {
      if (rf64 && size == kUnknown32 && ds64_data_bytes >= 0) size = ds64_data_bytes;
      const bool known = size > 0 && size <= kMostBytes && (wave64 || rf64 || size != kUnknown32);
      if (header && known) header->data_bytes = size;
      return header;
    }
    if (size < 0 || size > file_bytes) return header;
    const std::int64_t alignment = wave64 ? 8 : 2;
    at += head + (size + alignment - 1) / alignment * alignment;
  }
  return header;
}

}  // namespace

std::optional<WavHeader> read_wav_header(const FileDescriptor& file) {
  const Fields fields{file};
  const bool riff = fields.tag_at(0, "RIFF") && fields.tag_at(8, "WAVE");
  const bool rf64 = fields.tag_at(0, "RF64") && fields.tag_at(8, "WAVE");
  const bool wave64 = fields.tag_at(0, "riff") && fields.tag_at(24, "wave");
  if (!riff && !rf64 && !wave64) return std::nullopt;
  return walk(fields, file.size(), wave64, rf64);
}

}  // namespace veery
