#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, PlainCellsStayUnquoted) {
  EXPECT_EQ(csv_row({"path", "12", "", "a b"}), "path,12,,a b\n");
}

TEST(Csv, OnlyCellsThatNeedItAreQuoted) {
  EXPECT_EQ(csv_row({"a,b", "say \"hi\"", "two\nlines", "plain"}), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",plain\n");
}

TEST(Csv, HostileFileNamesComeBackUnchanged) {
  const Rows rows{
      {"path", "reason"}, {"with, comma", "with \"quotes\""},    {"line\nbreak", "carriage\r\nreturn"}, {"\"", ",\n\""},
      {"", ""},           {"Mönchsgrasmücke 鶯.wav", "'single'"}};
  std::string table;
  for (const auto& row : rows) table += csv_row(row);

  const Rows read = parse_csv(table);

  EXPECT_EQ(read, rows);
}

TEST(Csv, ReadsTablesWithWindowsLineEnds) {
  const Rows read = parse_csv("a,b\r\n\"c\",d\r\n");

  EXPECT_EQ(read, (Rows{{"a", "b"}, {"c", "d"}}));
}

TEST(Csv, LastLineFeedMayBeMissing) {
  EXPECT_EQ(parse_csv("a,b\nc,"), (Rows{{"a", "b"}, {"c", ""}}));
}

TEST(Csv, EmptyTextHasNoRows) {
  EXPECT_TRUE(parse_csv("").empty());
}

TEST(Csv, OpenQuoteIsAnError) {
  EXPECT_THROW((void)parse_csv("a,\"b\nc,d\n"), Error);
}

TEST(Csv, TextBehindAQuotedCellIsAnError) {
  EXPECT_THROW((void)parse_csv("\"a\"b,c\n"), Error);
}

TEST(Decimal, IsTheShortestTextOfTheNumber) {
  EXPECT_EQ(decimal(0.1), "0.1");
  EXPECT_EQ(decimal(0.1F), "0.1");
  EXPECT_EQ(decimal(300.0), "300");
}

TEST(Decimal, ReadsBackAsTheSameNumber) {
  for (const double value : {1.0 / 3.0, 1e300, 5e-324, -2.5, std::nextafter(1.0, 2.0)}) {
    EXPECT_EQ(std::strtod(decimal(value).c_str(), nullptr), value);
  }
  for (const float value : {1.0F / 3.0F, 3.4e38F, std::nextafter(1.0F, 2.0F)}) {
    EXPECT_EQ(std::strtof(decimal(value).c_str(), nullptr), value);
  }
}

TEST(Decimal, FixedKeepsItsDigits) {
  EXPECT_EQ(fixed_decimal(2.0, 3), "2.000");
  EXPECT_EQ(fixed_decimal(-0.125, 2), "-0.12");
  EXPECT_EQ(fixed_decimal(std::numeric_limits<double>::max(), 0).size(), 309U);
}

}  // namespace
}  // namespace veery
