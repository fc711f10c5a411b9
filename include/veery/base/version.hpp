#pragma once
// What this build is; every output carries it.
#include <string_view>

namespace veery {

[[nodiscard]] std::string_view program_version();      ///< "0.1.0"
[[nodiscard]] std::string_view program_commit();       ///< twelve hexadecimal digits, or "unknown"; "+" when edited
[[nodiscard]] std::string_view program_commit_date();  ///< "2026-11-26", the commit's day; empty: unknown
[[nodiscard]] std::string_view program_build();        ///< "GNU 12.2.0, Release": compiler and kind of build

}  // namespace veery
