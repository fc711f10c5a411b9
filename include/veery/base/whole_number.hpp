#pragma once
#include <optional>
#include <string_view>

namespace veery {

/// The text as a decimal integer; nullopt when any of it is something else (blanks, a plus sign), or out of range.
[[nodiscard]] std::optional<int> whole_number(std::string_view text);

}  // namespace veery
