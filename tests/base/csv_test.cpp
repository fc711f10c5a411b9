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

TEST(TextCell, OrdinaryNamesStayAsTheyAre) {
  for (const std::string name : {"", "a/b 2.wav", "Mönchsgrasmücke 鶯.wav", "back\\slash.wav", "it's, \"quoted\".wav"})
    EXPECT_EQ(text_cell(name), name);
}

TEST(TextCell, DefusesFormulas) {
  EXPECT_EQ(text_cell("=cmd|' /C calc'!A0.wav"), "'=cmd|' /C calc'!A0.wav");
  EXPECT_EQ(text_cell("-rf.wav"), "'-rf.wav");
  EXPECT_EQ(text_cell("+1"), "'+1");
  EXPECT_EQ(text_cell("@x"), "'@x");
  EXPECT_EQ(text_cell("'x"), "''x");
}

TEST(TextCell, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(text_cell("\t=1"), "\\x09=1");
  EXPECT_EQ(text_cell("a\r\n\x1b[2J"), "a\\x0d\\x0a\\x1b[2J");
  EXPECT_EQ(text_cell("caf\xe9.wav"), "caf\\xe9.wav");
  EXPECT_EQ(text_cell("caf\\xe9.wav"), "caf\\x5cxe9.wav");
}

TEST(TextCell, ComesBackByteForByte) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  for (const std::string& text : {every_byte, std::string{"''="}, std::string{"\\x"}, std::string{"\\x5c"},
                                  std::string{"\\\\x0a\n"}, std::string{"\\\x1b"}, std::string{"\\x1\x1b"}}) {
    EXPECT_EQ(text_of_cell(text_cell(text)), text);
  }
}

TEST(TextOfCell, ReadsAnyCell) {
  EXPECT_EQ(text_of_cell("=1"), "=1");
  EXPECT_EQ(text_of_cell("\\xZZ \\xA0 \\x4"), "\\xZZ \\xA0 \\x4");
}

TEST(Csv, RowsOneAtATimeAreThoseOfTheWholeTable) {
  const std::string table = "long enough for a cell of its own,b,c\nd\n\"\",\"e,\n\"\"f\"\n\nlast,row";
  Rows rows;
  read_csv(table, [&](const std::vector<std::string>& row) { rows.push_back(row); });

  EXPECT_EQ(rows,
            (Rows{{"long enough for a cell of its own", "b", "c"}, {"d"}, {"", "e,\n\"f"}, {""}, {"last", "row"}}));
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
