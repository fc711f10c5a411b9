// Tables: what is read is written again the same, and any text goes through a cell and back.
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

#include "fuzz/fuzz_target.hpp"

namespace veery::fuzz {
namespace {

void check_text(const std::string& text) {
  const std::string cell = text_cell(text);
  expect(text_of_cell(cell) == text, "a text comes back from its cell");
  expect(is_utf8(cell) && printable(cell) == cell, "a cell has no control characters");
  expect(cell.empty() || std::string{"=+-@\t\r"}.find(cell[0]) == std::string::npos, "a cell begins no formula");
  expect(parse_csv(csv_row({text, cell})) == std::vector<std::vector<std::string>>{{text, cell}}, "a row comes back");
}

void check_table(const std::string& text) {
  const auto rows = parse_csv(text);
  std::string again;
  for (const auto& row : rows) again += csv_row(row);
  expect(parse_csv(again) == rows, "a table comes back");
}

}  // namespace

std::vector<std::string> seeds() {
  return {"path,reason\n\"a, b\",\"say \"\"hi\"\"\"\r\nx,\n", "=cmd|' /C calc'!A0", "\\x41 \\x5cx41 \x1b[2J\xff",
          "''\n\"\n\",'\n"};
}

}  // namespace veery::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text = veery::fuzz::text_of(bytes, size);
  veery::fuzz::check_text(text);
  try {
    veery::fuzz::check_table(text);
  } catch (const veery::Error&) {
  }
  return 0;
}
