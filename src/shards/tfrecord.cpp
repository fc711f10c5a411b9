#include <fcntl.h>

#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include <veery/base/crc32c.hpp>
#include <veery/base/error.hpp>
#include <veery/shards/tfrecord.hpp>

namespace veery {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr std::int64_t kHeadBytes = 12;
constexpr std::int64_t kTailBytes = 4;

std::uint32_t masked_crc(std::span<const std::byte> bytes) {
  return mask_crc(crc32c(bytes));
}

template <typename Number>
void append_number(std::string& bytes, Number number) {
  const auto raw = std::bit_cast<std::array<char, sizeof(Number)>>(number);
  bytes.append(raw.data(), raw.size());
}

template <typename Number>
Number number_in(std::span<const std::byte> bytes) {
  Number number{};
  std::memcpy(&number, bytes.data(), sizeof(Number));
  return number;
}

}  // namespace

void append_tfrecord(std::string& bytes, std::string_view payload) {
  const auto length = static_cast<std::uint64_t>(payload.size());
  append_number(bytes, length);
  append_number(bytes, masked_crc(std::as_bytes(std::span{&length, 1})));
  bytes.append(payload);
  append_number(bytes, masked_crc(std::as_bytes(std::span{payload})));
}

TfrecordReader::TfrecordReader(const std::filesystem::path& path)
    : file_(FileDescriptor::open(path, O_RDONLY)), size_(file_.size()) {}

std::string TfrecordReader::name_of_next() const {
  return file_.path().string() + ", record " + std::to_string(records_);
}

void TfrecordReader::read(std::span<std::byte> bytes) {
  if (file_.read_at(offset_, bytes) != bytes.size()) throw Error{"a TFRecord file is cut short", name_of_next()};
  offset_ += static_cast<std::int64_t>(bytes.size());
}

bool TfrecordReader::next(std::string& payload) {
  if (offset_ == size_) return false;
  std::array<std::byte, kHeadBytes> head{};
  read(head);
  const std::span<const std::byte> length_bytes = std::span{head}.first<sizeof(std::uint64_t)>();
  if (masked_crc(length_bytes) != number_in<std::uint32_t>(std::span{head}.last<kTailBytes>()))
    throw Error{"the checksum of a record's length is wrong", name_of_next()};
  const auto length = number_in<std::uint64_t>(length_bytes);
  const std::int64_t left = size_ - offset_;
  if (left < kTailBytes || std::cmp_greater(length, left - kTailBytes))
    throw Error{"a TFRecord file is cut short", name_of_next()};
  payload.resize(length);
  read(std::as_writable_bytes(std::span{payload}));
  std::array<std::byte, kTailBytes> tail{};
  read(tail);
  if (masked_crc(std::as_bytes(std::span{payload})) != number_in<std::uint32_t>(tail))
    throw Error{"the checksum of a record is wrong", name_of_next()};
  ++records_;
  return true;
}

TfrecordTotals check_tfrecords(const std::filesystem::path& path) {
  TfrecordReader reader{path};
  TfrecordTotals totals;
  for (std::string payload; reader.next(payload);) {
    ++totals.records;
    totals.payload_bytes += static_cast<std::int64_t>(payload.size());
  }
  return totals;
}

}  // namespace veery
