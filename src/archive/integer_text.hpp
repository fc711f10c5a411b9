#pragma once
// Whole numbers in texts that veery wrote.
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/number.hpp>

namespace veery {

/// Throws Error when the text is anything else.
template <typename Integer>
Integer integer_of(std::string_view text) {
  const std::optional<Integer> value = parse_number<Integer>(text);
  if (!value) throw Error{"not a whole number", text};
  return *value;
}

}  // namespace veery
