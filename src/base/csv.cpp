#include <algorithm>
#include <array>
#include <charconv>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/text.hpp>

namespace veery {
namespace {

bool ends_cell(char character, char separator) {
  return character == separator || character == '\n';
}

void append_cell(std::string& row, std::string_view cell) {
  const bool plain = std::none_of(cell.begin(), cell.end(), [](char character) {
    return ends_cell(character, ',') || character == '"' || character == '\r';
  });
  if (plain) {
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
void take_cell(std::string_view text, char separator, std::size_t& at, std::string& cell) {
  cell.clear();
  if (at >= text.size() || text[at] != '"') {
    const auto* const end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(),
                                         [&](char character) { return ends_cell(character, separator); });
    cell.assign(text.begin() + static_cast<std::ptrdiff_t>(at), end);
    at += cell.size();
    if (cell.ends_with('\r')) cell.pop_back();
    return;
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] != '"') {
      cell += text[at];
    } else if (at + 1 < text.size() && text[at + 1] == '"') {
      cell += text[++at];
    } else {
      ++at;
      if (at < text.size() && text[at] == '\r') ++at;
      return;
    }
  }
  throw Error{"a quoted cell never ends", "CSV table"};
}

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

/// The byte that \xHH at `at` stands for, or -1.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "\\x" || at + 4 > text.size()) return -1;
  const int high = hex_digit(text[at + 2]);
  const int low = hex_digit(text[at + 3]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
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

void read_csv(std::string_view text, const std::function<void(const std::vector<std::string>&)>& take_row,
              char separator) {
  std::vector<std::string> row;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t cells = 0;
    const auto take = [&] {
      if (cells == row.size()) row.emplace_back();
      take_cell(text, separator, at, row[cells++]);
    };
    take();
    while (at < text.size() && text[at] == separator) {
      ++at;
      take();
    }
    if (at < text.size() && text[at] != '\n') throw Error{"text behind a quoted cell", "CSV table"};
    ++at;
    row.resize(cells);
    take_row(row);
  }
}

std::vector<std::vector<std::string>> parse_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  read_csv(text, [&](const std::vector<std::string>& row) { rows.push_back(row); });
  return rows;
}

std::string text_cell(std::string_view text) {
  static constexpr std::string_view kBeginsFormula = "=+-@'";
  std::string plain;
  if (!text.empty() && kBeginsFormula.find(text.front()) != std::string_view::npos) plain += '\'';
  while (!text.empty()) {
    const std::size_t backslash = std::min(text.find('\\'), text.size());
    plain += text.substr(0, backslash);
    text.remove_prefix(backslash);
    if (text.empty()) break;
    plain += escaped_byte(text, 0) < 0 ? "\\" : "\\x5c";
    text.remove_prefix(1);
  }
  return printable(plain);
}

std::string text_of_cell(std::string_view cell) {
  if (cell.starts_with('\'')) cell.remove_prefix(1);
  std::string text;
  for (std::size_t at = 0; at < cell.size(); ++at) {
    const int byte = escaped_byte(cell, at);
    text += byte < 0 ? cell[at] : static_cast<char>(byte);
    if (byte >= 0) at += 3;
  }
  return text;
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
