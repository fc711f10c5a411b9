// LevelDB checks its checksums but trusts what is under them: a made-up block handle makes it allocate up to 2^64
// bytes, and lengths of an entry that overflow when added make it read far beyond the block. So all of them are
// checked before LevelDB sees the file.
#include <snappy.h>

#include <functional>
#include <optional>
#include <string_view>

#include <veery/base/error.hpp>

#include "separation/sorted_table.hpp"

namespace veery::separation {
namespace {

constexpr std::size_t kFooterBytes = 48;
constexpr std::size_t kTrailerBytes = 5;  // of a block: its compression and checksum
constexpr std::size_t kMostBlockBytes = 64U << 20U;

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Takes a number of at most 64 bits off the front.
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  return std::nullopt;
}

std::uint32_t little_endian(std::string_view four_bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = (value << 8U) | static_cast<unsigned char>(four_bytes[i]);
  return value;
}

class Lengths {
 public:
  Lengths(std::string_view table, const std::filesystem::path& path) : table_(table), path_(path) {}

  void check() const {
    if (table_.size() < kFooterBytes) refuse("it is too short");
    std::string_view footer = table_.substr(table_.size() - kFooterBytes);
    const Handle metaindex = take_handle(footer);
    const Handle index = take_handle(footer);
    check_entries(block(metaindex), {});
    check_entries(block(index), [this](std::string_view value) { check_entries(block(take_handle(value)), {}); });
  }

 private:
  using UseValue = std::function<void(std::string_view)>;

  [[noreturn]] void refuse(const std::string& why) const {
    throw Error{"the index of a TensorFlow checkpoint is damaged", path_.string(), why};
  }

  Handle take_handle(std::string_view& bytes) const {
    const auto offset = take_varint(bytes);
    const auto size = take_varint(bytes);
    if (!offset || !size) refuse("a block has no place");
    const std::size_t most = table_.size() - kFooterBytes;
    if (*size > kMostBlockBytes || *offset > most || *size + kTrailerBytes > most - *offset) {
      refuse("a block reaches beyond the end");
    }
    return {*offset, *size};
  }

  [[nodiscard]] std::string block(const Handle& handle) const {
    const std::string_view stored = table_.substr(handle.offset, handle.size);
    const char compression = table_[handle.offset + handle.size];
    if (compression == 0) return std::string{stored};
    if (compression != 1) refuse("a block is compressed in an unknown way");
    std::size_t length = 0;
    std::string content;
    if (!snappy::GetUncompressedLength(stored.data(), stored.size(), &length) || length > kMostBlockBytes ||
        !snappy::Uncompress(stored.data(), stored.size(), &content)) {
      refuse("a compressed block can't be expanded");
    }
    return content;
  }

  void check_entries(const std::string& block, const UseValue& use_value) const {
    std::string_view rest = block;
    if (rest.size() < 4) refuse("a block is too short");
    const std::uint64_t restarts = little_endian(rest.substr(rest.size() - 4));
    if (restarts > (rest.size() - 4) / 4) refuse("a block has too many restarts");
    const std::string_view starts = rest.substr(rest.size() - 4 - restarts * 4);
    rest.remove_suffix(4 + restarts * 4);
    for (std::size_t i = 0; i < restarts; ++i) {
      if (little_endian(starts.substr(i * 4)) > rest.size()) refuse("a restart is outside its block");
    }
    std::uint64_t key_bytes = 0;
    while (!rest.empty()) {
      const auto shared = take_varint(rest);
      const auto own = take_varint(rest);
      const auto value = take_varint(rest);
      if (!shared || !own || !value || *shared > key_bytes || *own > rest.size() || *value > rest.size() - *own) {
        refuse("an entry reaches beyond its block");
      }
      key_bytes = *shared + *own;
      if (use_value) use_value(rest.substr(*own, *value));
      rest.remove_prefix(*own + *value);
    }
  }

  std::string_view table_;
  const std::filesystem::path& path_;
};

}  // namespace

void check_table_lengths(const std::string& table, const std::filesystem::path& path) {
  Lengths{table, path}.check();
}

}  // namespace veery::separation
