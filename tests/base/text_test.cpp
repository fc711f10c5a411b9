#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <veery/base/text.hpp>

namespace veery {
namespace {

TEST(IsUtf8, AcceptsEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("ASCII"));
  EXPECT_TRUE(is_utf8("Zaunk\xc3\xb6nig \xe9\xb6\xaf \xf0\x9f\x90\xa6"));
  EXPECT_TRUE(is_utf8("\xf4\x8f\xbf\xbf"));
}

class NotUtf8 : public testing::TestWithParam<std::string_view> {};

TEST_P(NotUtf8, IsRefused) {
  EXPECT_FALSE(is_utf8(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(IsUtf8, NotUtf8,
                         testing::Values("Zaunk\xf6nig",      // Latin-1
                                         "cut \xc3",          // the second byte is missing
                                         "\x80 alone",        // no lead byte
                                         "\xc0\xaf",          // overlong slash
                                         "\xe0\x80\xaf",      // overlong slash
                                         "\xed\xa0\x80",      // surrogate
                                         "\xf4\x90\x80\x80",  // beyond U+10FFFF
                                         "\xff"));

TEST(Printable, KeepsOrdinaryText) {
  EXPECT_EQ(printable("Zaunk\xc3\xb6nig, 'song' \"2\".wav"), "Zaunk\xc3\xb6nig, 'song' \"2\".wav");
}

TEST(Printable, ShowsControlCharacters) {
  EXPECT_EQ(printable("a\nb\x1b[2Jc\x7f"), "a\\x0ab\\x1b[2Jc\\x7f");
  EXPECT_EQ(printable("\xc2\x9bK"), "\\xc2\\x9bK");
}

TEST(Printable, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("k\xf6nig \xc3"), "k\\xf6nig \\xc3");
}

TEST(Printable, OutputIsAlwaysUtf8) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);

  EXPECT_TRUE(is_utf8(printable(every_byte)));
}

TEST(SingleSpaced, IsOneLineOfWords) {
  EXPECT_EQ(single_spaced("MPICH Version:\t4.0.2"), "MPICH Version: 4.0.2");
  EXPECT_EQ(single_spaced(" \t a  \r\n b\t\tc\n"), "a b c");
  EXPECT_EQ(single_spaced("one"), "one");
  EXPECT_EQ(single_spaced(" \n"), "");
  EXPECT_EQ(single_spaced(""), "");
}

TEST(LowerCase, ChangesAsciiLettersOnly) {
  EXPECT_EQ(lower_case("REC.WAV \xc3\x96 @[`{"), "rec.wav \xc3\x96 @[`{");
}

TEST(Joined, PutsTheSeparatorBetween) {
  EXPECT_EQ(joined({}, ", "), "");
  EXPECT_EQ(joined({"one"}, ", "), "one");
  EXPECT_EQ(joined({"", "b", ""}, ", "), ", b, ");
}

}  // namespace
}  // namespace veery
