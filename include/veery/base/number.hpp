#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace veery {

/// The whole text as one number, in the format of std::from_chars; nullopt when any of it is something else (blanks,
/// a plus sign), or out of range.
template <typename Number, typename... Format>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, Format... format) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number, format...);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace veery
