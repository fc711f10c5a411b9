#include "audio/wav_header.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include <veery/base/file_descriptor.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"
#include "wav_bytes.hpp"

namespace veery {
namespace {

using test::little_endian;

std::optional<WavHeader> header_of(const std::string& bytes) {
  const test::TemporaryFolder folder;
  publish_text(folder / "x.wav", bytes);
  return read_wav_header(FileDescriptor::open(folder / "x.wav", O_RDONLY));
}

std::string wave64(std::uint32_t size_low, std::uint32_t size_high) {
  return "riff" + std::string(20, '\1') + "wave" + std::string(12, '\1') + "fmt " + std::string(12, '\1') +
         little_endian(size_low, 4) + little_endian(size_high, 4) + std::string(64, '\1');
}

TEST(WavHeader, SizesBeyondEveryFileEndTheWalk) {
  EXPECT_TRUE(header_of(wave64(0xFFFF'FFFF, 0xFFFF'FFFF)).has_value());
  EXPECT_TRUE(header_of(wave64(0, 0x8000'0000)).has_value());
}

TEST(WavHeader, WhoPromisesTooMuchPromisesNothing) {
  const std::string format = test::wav_bytes("").substr(12, 24);
  const auto rf64 = [&](std::uint32_t high) {
    return "RF64" + little_endian(0xFFFF'FFFF, 4) + "WAVEds64" + little_endian(28, 4) + std::string(8, '\0') +
           little_endian(1'000, 4) + little_endian(high, 4) + std::string(12, '\0') + format + "data" +
           little_endian(0xFFFF'FFFF, 4) + std::string(8, '\0');
  };
  EXPECT_EQ(header_of(rf64(1))->data_bytes, (std::int64_t{1} << 32U) + 1'000);
  EXPECT_FALSE(header_of(rf64(0x4000'0000))->data_bytes.has_value());
}

TEST(WavHeader, ZerosBehindTheHeaderAreWalkedInNoTime) {
  const test::TemporaryFolder folder;
  publish_text(folder / "x.wav", test::wav_bytes("").substr(0, 36));
  std::filesystem::resize_file(folder / "x.wav", std::uintmax_t{1} << 40U);
  const auto header = read_wav_header(FileDescriptor::open(folder / "x.wav", O_RDONLY));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->channels, 1);
  EXPECT_FALSE(header->data_bytes.has_value());
}

}  // namespace
}  // namespace veery
