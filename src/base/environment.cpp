#include <charconv>

#include <veery/base/environment.hpp>

namespace veery {

std::optional<int> number_in(const Environment& environment, const std::string& variable) {
  const std::optional<std::string> text = environment(variable);
  if (!text) return std::nullopt;
  int number = 0;
  const char* end = text->data() + text->size();
  const auto result = std::from_chars(text->data(), end, number);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace veery
