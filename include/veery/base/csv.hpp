#pragma once
// Comma-separated tables (RFC 4180): quoted only where needed, one line feed a row.
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// One row with its line feed. A cell with a comma, quote or line break is quoted.
[[nodiscard]] std::string csv_row(const std::vector<std::string>& cells);

/// Splits a table into rows of cells; quoted cells may hold line breaks. Throws Error on an open quote.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text);

/// Likewise, but one row at a time, for tables that are not to be held twice; the cells are the next row's afterwards.
void read_csv(std::string_view text, const std::function<void(const std::vector<std::string>&)>& take_row,
              char separator = ',');

/// A text from outside (a path, a site, a detail) as a cell that does no harm in a spreadsheet or a terminal: control
/// characters and bytes that are not UTF-8 become \xHH, a backslash in front of an xHH becomes \x5c, and a text that
/// begins with = + - @ or ' gets one more ' in front. Always UTF-8 on one line.
[[nodiscard]] std::string text_cell(std::string_view text);
/// The text that `text_cell` made `cell` of, byte for byte.
[[nodiscard]] std::string text_of_cell(std::string_view cell);

/// Shortest decimal text that reads back as the same number, the same in every locale.
[[nodiscard]] std::string decimal(double value);
[[nodiscard]] std::string decimal(float value);
/// With a fixed number of digits behind the point.
[[nodiscard]] std::string fixed_decimal(double value, int digits);

}  // namespace veery
