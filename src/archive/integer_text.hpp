#pragma once
// Whole numbers in texts that veery wrote.
#include <charconv>
#include <string_view>
#include <system_error>

#include <veery/base/error.hpp>

namespace veery {

/// Throws Error when the text is anything else.
template <typename Integer>
Integer integer_of(std::string_view text) {
  Integer value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) throw Error{"not a whole number", text};
  return value;
}

}  // namespace veery
