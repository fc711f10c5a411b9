#pragma once
// Comma-separated tables (RFC 4180): quoted only where needed, one line feed a row.
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// One row with its line feed. A cell with a comma, quote or line break is quoted.
[[nodiscard]] std::string csv_row(const std::vector<std::string>& cells);

/// Splits a table into rows of cells; quoted cells may hold line breaks. Throws Error on an open quote.
[[nodiscard]] std::vector<std::vector<std::string>> parse_csv(std::string_view text);

/// Shortest decimal text that reads back as the same number, the same in every locale.
[[nodiscard]] std::string decimal(double value);
[[nodiscard]] std::string decimal(float value);
/// With a fixed number of digits behind the point.
[[nodiscard]] std::string fixed_decimal(double value, int digits);

}  // namespace veery
