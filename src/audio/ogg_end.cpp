#include "audio/ogg_end.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace veery {
namespace {

// RFC 3533: "OggS", version, flags, …, the number of segments, their lengths, the segments.
constexpr std::string_view kTag = "OggS";
constexpr std::size_t kFlagsAt = 5;
constexpr std::size_t kSegmentsAt = 26;
constexpr unsigned kEndOfStream = 4;
constexpr std::int64_t kLargestPage = 27 + 255 + 255 * 255;
constexpr std::int64_t kTail = 2 * kLargestPage;  ///< something else may stand behind the last page

std::string bytes_at(const FileDescriptor& file, std::int64_t at, std::int64_t count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  bytes.resize(file.read_at(at, std::as_writable_bytes(std::span{bytes})));
  return bytes;
}

std::size_t byte_of(std::string_view page, std::size_t i) {
  return static_cast<unsigned char>(page[i]);
}

bool is_whole(std::string_view page) {
  if (page.size() <= kSegmentsAt) return false;
  std::size_t size = kSegmentsAt + 1 + byte_of(page, kSegmentsAt);
  if (page.size() < size) return false;
  for (std::size_t i = 0; i < byte_of(page, kSegmentsAt); ++i) size += byte_of(page, kSegmentsAt + 1 + i);
  return page.size() >= size;
}

}  // namespace

bool lacks_ogg_end(const FileDescriptor& file) {
  if (bytes_at(file, 0, std::ssize(kTag)) != kTag) return false;
  const std::int64_t size = file.size();
  const std::int64_t from = std::max<std::int64_t>(size - kTail, 0);
  const std::string tail = bytes_at(file, from, size - from);
  const std::size_t last = tail.rfind(kTag);
  if (last == std::string::npos) return true;
  const std::string_view page = std::string_view{tail}.substr(last);
  return !is_whole(page) || (byte_of(page, kFlagsAt) & kEndOfStream) == 0;
}

}  // namespace veery
