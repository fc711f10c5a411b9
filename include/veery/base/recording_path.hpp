#pragma once
// Paths of recordings as text, '/' between folders.
#include <string_view>

namespace veery {

/// "site/20240601_060000" of "site/20240601_060000.wav". A name that begins with its only dot stays as it is.
[[nodiscard]] std::string_view without_extension(std::string_view path);

}  // namespace veery
