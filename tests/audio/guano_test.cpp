#include <gtest/gtest.h>

#include <string>

#include <veery/audio/guano.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

using Fields = std::vector<Guano::Field>;

TEST(Guano, ReadsFieldsInTheirOrder) {
  const Guano guano = Guano::parse(
      "GUANO|Version:  1.0\n\n  Timestamp: 2012-03-29T03:58:01+04:00 \r\nPET|D500X|TSens:high\nNote: at dusk\\nwet\n");

  const Fields expected{{"GUANO|Version", "1.0"},
                        {"Timestamp", "2012-03-29T03:58:01+04:00"},
                        {"PET|D500X|TSens", "high"},
                        {"Note", "at dusk\\nwet"}};
  EXPECT_EQ(guano.fields(), expected);
}

TEST(Guano, WritesTheVersionFirstAndKeepsWhatItDoesNotKnow) {
  Guano guano = Guano::parse("OAD|Battery: 4.1\nTimestamp: 2021-02-01T21:01:00Z\n");
  guano.set("VEERY|Gain", "0.5");
  guano.set("OAD|Battery", "4.0");

  EXPECT_EQ(guano.text(), "GUANO|Version: 1.0\nOAD|Battery: 4.0\nTimestamp: 2021-02-01T21:01:00Z\nVEERY|Gain: 0.5\n");
  EXPECT_EQ(Guano::parse("a: 1\nGUANO|Version: 1.1\n").text(), "GUANO|Version: 1.1\na: 1\n");
  EXPECT_EQ(Guano{}.text(), "");
}

TEST(Guano, AValueStaysOnItsLine) {
  Guano guano;
  guano.set("Note", " one\ntwo\r\nthree\rGUANO|Version: 9 ");

  EXPECT_EQ(guano.text(), "GUANO|Version: 1.0\nNote: one\\ntwo\\nthree\\nGUANO|Version: 9\n");
  EXPECT_EQ(Guano::parse(guano.text()).text(), guano.text());
}

TEST(Guano, RefusesKeysThatWouldNotReadBack) {
  Guano guano;
  for (const auto* key : {"", "a:b", "a\nb"}) EXPECT_THROW(guano.set(key, "x"), Error) << key;
}

TEST(Guano, TheFirstOfTwoFieldsCounts) {
  EXPECT_EQ(*Guano::parse("a: 1\na: 2\n").find("a"), "1");
}

TEST(Guano, AnyBytesBecomeFieldsOrNothing) {
  EXPECT_TRUE(Guano::parse(std::string(10'000, '\0')).fields().empty());
  EXPECT_TRUE(Guano::parse("no colon anywhere\n: no key\n").fields().empty());
  EXPECT_EQ(*Guano::parse("Ort: Z\xFCrich").find("Ort"), "Z\xC3\xBCrich") << "Latin-1";
  EXPECT_EQ(*Guano::parse(std::string{"a: x\0y\0\0", 9}).find("a"), "x y");
  std::string noise;
  for (unsigned i = 0; i < 40'000; ++i) noise += static_cast<char>(i * 2'654'435'761U >> 24U);
  const Guano guano = Guano::parse(noise);
  EXPECT_TRUE(is_utf8(guano.text()));
  EXPECT_EQ(Guano::parse(guano.text()).text(), guano.text());
}

}  // namespace
}  // namespace veery
