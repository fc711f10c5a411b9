#include <veery/base/environment.hpp>
#include <veery/base/number.hpp>

namespace veery {

std::optional<int> number_in(const Environment& environment, const std::string& variable) {
  const std::optional<std::string> text = environment(variable);
  return text ? parse_number<int>(*text) : std::nullopt;
}

}  // namespace veery
