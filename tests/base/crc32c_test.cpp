#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <veery/base/crc32c.hpp>

namespace veery {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

TEST(Crc32c, HasTheCheckValueOfTheStandard) {
  EXPECT_EQ(crc32c(bytes_of("123456789")), 0xE3069283U);
  EXPECT_EQ(crc32c_by_tables(bytes_of("123456789")), 0xE3069283U);
}

// RFC 3720, appendix B.4.
TEST(Crc32c, HasTheValuesOfIscsi) {
  std::array<std::byte, 32> bytes{};
  EXPECT_EQ(crc32c(bytes), 0x8A9136AAU);
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(crc32c(bytes), 0x62A8AB43U);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
}

TEST(Crc32c, InstructionAndTablesAgreeAtAnyLengthAndPlace) {
  std::vector<std::byte> bytes(300);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) byte = static_cast<std::byte>((state = state * 1664525U + 1013904223U) >> 24U);
  for (std::size_t begin = 0; begin < 9; ++begin) {
    for (std::size_t length = 0; begin + length <= bytes.size(); ++length) {
      const std::span<const std::byte> part = std::span{bytes}.subspan(begin, length);
      ASSERT_EQ(crc32c(part), crc32c_by_tables(part)) << begin << ' ' << length;
    }
  }
}

TEST(Crc32c, GoesOnFromWhatComesBefore) {
  const std::string text = "a thrush that sings two notes at once";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view whole = text;
    EXPECT_EQ(crc32c(bytes_of(whole.substr(cut)), crc32c(bytes_of(whole.substr(0, cut)))), crc32c(bytes_of(whole)));
  }
}

// TensorFlow's own record of length 188 (spec, appendix B.4).
TEST(Crc32c, MaskedAsTensorFlowStoresIt) {
  EXPECT_EQ(mask_crc(crc32c(bytes_of(std::string_view{"\xBC\0\0\0\0\0\0\0", 8}))), 0x3F6B8FCBU);
}

}  // namespace
}  // namespace veery
