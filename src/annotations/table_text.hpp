#pragma once
// A file's bytes as text, and its lines as cells.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

/// UTF-16 with a byte order mark becomes UTF-8; a mark of UTF-8 is taken off. What is neither stays as it is.
[[nodiscard]] std::string table_text(std::string_view bytes);

using Cells = std::vector<std::string>;

/// Hands over the cells of each row. Between tabs nothing is quoted. Throws Error on an open quote.
void read_rows(std::string_view text, char separator, const std::function<void(const Cells&)>& take_row);

/// The separator of a table with such a first line.
[[nodiscard]] char separator_of(std::string_view line);

/// Without space around it, nor byte order marks, which are space without width, in front.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace veery
