#include "annotations/table_text.hpp"

#include <algorithm>
#include <cstdint>

#include <veery/base/csv.hpp>
#include <veery/base/split.hpp>

namespace veery {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

void append_utf8(std::string& text, std::uint32_t point) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (point < 0x80) return add(point);
  if (point < 0x800) {
    add(0xC0U | (point >> 6U));
  } else {
    if (point < 0x10000) {
      add(0xE0U | (point >> 12U));
    } else {
      add(0xF0U | (point >> 18U));
      add(0x80U | ((point >> 12U) & 0x3FU));
    }
    add(0x80U | ((point >> 6U) & 0x3FU));
  }
  add(0x80U | (point & 0x3FU));
}

/// A half of a pair without the other becomes U+FFFD.
std::string from_utf16(std::string_view bytes, bool big_endian) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  std::string text;
  const auto unit = [&](std::size_t at) -> std::uint32_t {
    if (at + 1 >= bytes.size()) return 0;
    const auto first = static_cast<std::uint8_t>(bytes[at]);
    const auto second = static_cast<std::uint8_t>(bytes[at + 1]);
    return big_endian ? first * 256U + second : second * 256U + first;
  };
  const auto is_within = [](std::uint32_t value, std::uint32_t first) {
    return value >= first && value < first + 0x400;
  };
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    std::uint32_t point = unit(at);
    if (is_within(point, 0xD800) && is_within(unit(at + 2), 0xDC00)) {
      point = 0x10000 + ((point - 0xD800) << 10U) + (unit(at + 2) - 0xDC00);
      at += 2;
    } else if (point >= 0xD800 && point < 0xE000) {
      point = kReplacement;
    }
    append_utf8(text, point);
  }
  return text;
}

/// Between tabs nothing is quoted: labels may hold a quote sign.
void read_tabbed(std::string_view text, const std::function<void(const Cells&)>& take_row) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::vector<std::string_view> parts = split(line, '\t');
    take_row({parts.begin(), parts.end()});
  }
}

std::string decoded(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
  if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true);
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  return std::string{bytes};
}

}  // namespace

std::string table_text(std::string_view bytes) {
  std::string text = decoded(bytes);
  // Lines of old Macintoshes, as spreadsheets still write them.
  if (text.find('\n') == std::string::npos) std::replace(text.begin(), text.end(), '\r', '\n');
  return text;
}

void read_rows(std::string_view text, char separator, const std::function<void(const Cells&)>& take_row) {
  if (separator == '\t') {
    read_tabbed(text, take_row);
  } else {
    read_csv(text, take_row, separator);
  }
}

char separator_of(std::string_view line) {
  if (line.find('\t') != std::string_view::npos) return '\t';
  return std::count(line.begin(), line.end(), ';') > std::count(line.begin(), line.end(), ',') ? ';' : ',';
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    if (!text.starts_with(kByteOrderMark)) break;
    text.remove_prefix(kByteOrderMark.size());
  }
  return text.substr(0, text.find_last_not_of(kSpace) + 1);  // 0 of nothing but space
}

}  // namespace veery
