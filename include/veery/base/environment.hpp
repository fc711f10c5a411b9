#pragma once
#include <functional>
#include <optional>
#include <string>

namespace veery {

/// The value of a variable of the environment, nullopt when it isn't set. Code that decides by variables takes one of
/// these: `process_environment` (run/environment.hpp), or a test's own.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The value of a variable as a whole number; nullopt when it isn't set or is another text.
[[nodiscard]] std::optional<int> number_in(const Environment& environment, const std::string& variable);

}  // namespace veery
