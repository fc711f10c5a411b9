#include <veery/base/environment.hpp>
#include <veery/base/whole_number.hpp>

namespace veery {

std::optional<int> number_in(const Environment& environment, const std::string& variable) {
  const std::optional<std::string> text = environment(variable);
  return text ? whole_number(*text) : std::nullopt;
}

}  // namespace veery
