#pragma once
// What LibTorch's long messages come down to.
#include <string>
#include <string_view>

namespace veery::separation {

inline std::string first_line(std::string_view text) {
  return std::string{text.substr(0, text.find('\n'))};
}

/// TorchScript puts the trace of its calls before the reason.
inline std::string reason_of_script(std::string_view text) {
  for (const std::string_view mark : {"\nRuntimeError: ", "\nbuiltins."}) {
    if (const std::size_t at = text.rfind(mark); at != std::string_view::npos) return first_line(text.substr(at + 1));
  }
  return first_line(text);
}

}  // namespace veery::separation
