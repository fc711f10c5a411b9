#include <array>
#include <bit>
#include <cstring>

#include <veery/base/crc32c.hpp>

#if defined(__x86_64__) && defined(__GNUC__)
#include <nmmintrin.h>
#elif defined(__aarch64__) && defined(__linux__) && !defined(__clang__)
#include <arm_acle.h>
#include <sys/auxv.h>
#endif

namespace veery {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);
using Table = std::array<std::uint32_t, 256>;

/// Table t gives what a byte adds that has t more bytes of its word behind it.
constexpr std::array<Table, kWord> make_tables() {
  std::array<Table, kWord> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? 0x82F63B78U : 0U);
    tables[0][byte] = value;
  }
  for (std::size_t t = 1; t < kWord; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t value = tables[t - 1][byte];
      tables[t][byte] = (value >> 8U) ^ tables[0][value & 0xFFU];
    }
  }
  return tables;
}

constexpr std::array<Table, kWord> kTables = make_tables();

std::uint64_t word_at(const std::byte* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWord);
  return word;
}

std::uint32_t add_byte(std::uint32_t crc, std::byte byte) {
  return kTables[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU] ^ (crc >> 8U);
}

std::uint32_t add_words_by_tables(std::uint32_t crc, const std::byte* bytes, std::size_t words) {
  static_assert(std::endian::native == std::endian::little);
  for (std::size_t i = 0; i < words; ++i) {
    const std::uint64_t word = word_at(bytes + i * kWord) ^ crc;
    crc = 0;
    for (std::size_t byte = 0; byte < kWord; ++byte) crc ^= kTables[kWord - 1 - byte][(word >> (8 * byte)) & 0xFFU];
  }
  return crc;
}

using AddWords = decltype(&add_words_by_tables);

#if defined(__x86_64__) && defined(__GNUC__)
__attribute__((target("sse4.2"))) std::uint32_t add_words_by_instruction(std::uint32_t crc, const std::byte* bytes,
                                                                         std::size_t words) {
  std::uint64_t wide = crc;
  for (std::size_t i = 0; i < words; ++i) wide = _mm_crc32_u64(wide, word_at(bytes + i * kWord));
  return static_cast<std::uint32_t>(wide);
}

AddWords choose_add_words() {
  return __builtin_cpu_supports("sse4.2") != 0 ? add_words_by_instruction : add_words_by_tables;
}
#elif defined(__aarch64__) && defined(__linux__) && !defined(__clang__)
__attribute__((target("+crc"))) std::uint32_t add_words_by_instruction(std::uint32_t crc, const std::byte* bytes,
                                                                       std::size_t words) {
  for (std::size_t i = 0; i < words; ++i) crc = __crc32cd(crc, word_at(bytes + i * kWord));
  return crc;
}

AddWords choose_add_words() {
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0 ? add_words_by_instruction : add_words_by_tables;
}
#else
AddWords choose_add_words() {
  return add_words_by_tables;
}
#endif

std::uint32_t checksum(std::span<const std::byte> bytes, std::uint32_t before, AddWords add) {
  const std::size_t words = bytes.size() / kWord;
  std::uint32_t crc = add(~before, bytes.data(), words);
  for (const std::byte byte : bytes.subspan(words * kWord)) crc = add_byte(crc, byte);
  return ~crc;
}

}  // namespace

std::uint32_t crc32c_by_tables(std::span<const std::byte> bytes, std::uint32_t before) {
  return checksum(bytes, before, add_words_by_tables);
}

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
  static const AddWords add_words = choose_add_words();
  return checksum(bytes, before, add_words);
}

}  // namespace veery
