#pragma once
// What this build is; every output carries it.
#include <string_view>

namespace veery {

[[nodiscard]] std::string_view program_version();  ///< "0.1.0"
[[nodiscard]] std::string_view program_commit();   ///< twelve hexadecimal digits, or "unknown"; "+" when edited

}  // namespace veery
