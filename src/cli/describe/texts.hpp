#pragma once
// The texts that are made of the commands' descriptions; each is a whole file.
#include <string>
#include <string_view>

#include "cli/describe/command_text.hpp"

namespace veery {

/// veery(1). `date`: "2026-11-26", or empty.
[[nodiscard]] std::string man_page(const CommandText& program, std::string_view version, std::string_view date);

[[nodiscard]] std::string bash_completion(const CommandText& program);
[[nodiscard]] std::string zsh_completion(const CommandText& program);
[[nodiscard]] std::string fish_completion(const CommandText& program);

}  // namespace veery
