#include <algorithm>
#include <array>
#include <charconv>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

void append_cell(std::string& row, std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    row += cell;
    return;
  }
  row += '"';
  for (const char character : cell) {
    if (character == '"') row += '"';
    row += character;
  }
  row += '"';
}

/// Reads one cell from `at` on and leaves `at` on the separator behind it.
std::string take_cell(std::string_view text, std::size_t& at) {
  std::string cell;
  if (at >= text.size() || text[at] != '"') {
    const std::size_t end = std::min(text.find_first_of(",\n", at), text.size());
    cell = text.substr(at, end - at);
    at = end;
    if (cell.ends_with('\r')) cell.pop_back();
    return cell;
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      cell += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      cell += text[++at];
    } else {
      ++at;
      if (at < text.size() && text[at] == '\r') ++at;
      return cell;
    }
  }
  throw Error{"a quoted cell never ends", "CSV table"};
}

template <typename Number, typename... Format>
std::string to_text(Number value, Format... format) {
  std::array<char, 400> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...);
  return {buffer.data(), result.ptr};
}

}  // namespace

std::string csv_row(const std::vector<std::string>& cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    append_cell(row, cells[i]);
  }
  row += '\n';
  return row;
}

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  std::size_t at = 0;
  while (at < text.size()) {
    auto& row = rows.emplace_back();
    row.push_back(take_cell(text, at));
    while (at < text.size() && text[at] == ',') {
      ++at;
      row.push_back(take_cell(text, at));
    }
    if (at < text.size() && text[at] != '\n') throw Error{"text behind a quoted cell", "CSV table"};
    ++at;
  }
  return rows;
}

std::string decimal(double value) {
  return to_text(value);
}
std::string decimal(float value) {
  return to_text(value);
}
std::string fixed_decimal(double value, int digits) {
  return to_text(value, std::chars_format::fixed, digits);
}

}  // namespace veery
