#include <gtest/gtest.h>

#include <limits>
#include <string>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

std::string hex(const Md5& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) text += hex64(byte).substr(14);
  return text;
}

// FIPS 180-2, appendix B, and the empty message.
TEST(Sha256, KnownVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesMakeTheSameDigestAsTheWhole) {
  const std::string text(100'000, 'x');
  const auto bytes = std::as_bytes(std::span{text});
  Sha256 digest;
  digest.update(bytes.first(1));
  digest.update(bytes.subspan(1, 70'000));
  digest.update({});
  digest.update(bytes.subspan(70'001));

  EXPECT_EQ(digest.finish(), sha256_hex(text));
}

TEST(DigestFile, CountsAndDigestsMoreThanOneBuffer) {
  const test::TemporaryFolder folder;
  const std::string text((std::size_t{3} << 20U) + 17, 'v');
  publish_text(folder / "file", text);

  const FileDigest digest = digest_file(folder / "file");

  EXPECT_EQ(digest.bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_EQ(digest.sha256, sha256_hex(text));
}

TEST(DigestFile, MissingFileIsAnErrorWithItsPath) {
  const test::TemporaryFolder folder;
  try {
    (void)digest_file(folder / "nowhere.h5");
    FAIL() << "a missing file was digested";
  } catch (const Error& error) {
    EXPECT_NE(std::string_view{error.what()}.find("nowhere.h5"), std::string_view::npos) << error.what();
  }
}

// RFC 1321, appendix A.5.
TEST(Md5, KnownVectors) {
  EXPECT_EQ(hex(md5("")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex(md5("message digest")), "f96b697d7cb7938d525a2f31aaf161d0");
}

// From xxHash's own sanity vectors: no bytes, seed 0.
TEST(Xxh3, KnownVector) {
  EXPECT_EQ(xxh3_64({}), 0x2d06800538d394c2U);
}

TEST(Hex64, KeepsLeadingZeros) {
  EXPECT_EQ(hex64(0), "0000000000000000");
  EXPECT_EQ(hex64(0x1f), "000000000000001f");
  EXPECT_EQ(hex64(std::numeric_limits<std::uint64_t>::max()), "ffffffffffffffff");
}

}  // namespace
}  // namespace veery
