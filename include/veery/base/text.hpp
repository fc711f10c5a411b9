#pragma once
// Names from outside: is it UTF-8, and how to show it without harm.
#include <string>
#include <string_view>
#include <vector>

namespace veery {

[[nodiscard]] bool is_utf8(std::string_view text);

/// For logs and terminals: control characters and bytes that are not UTF-8 become \xHH, so that a file
/// name can't move the cursor or fake a line.
[[nodiscard]] std::string printable(std::string_view text);

/// The texts with `separator` between them.
[[nodiscard]] std::string joined(const std::vector<std::string>& texts, std::string_view separator);

/// Each run of white space as one blank, none at the ends: one line of words.
[[nodiscard]] std::string single_spaced(std::string_view text);

/// ASCII letters only, whatever the locale.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace veery
