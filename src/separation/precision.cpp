#include <array>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/base/text.hpp>
#include <veery/separation/precision.hpp>

namespace veery {
namespace {

constexpr std::array<std::string_view, 4> kNames{"float32", "tf32", "bf16", "fp16"};  // in the enumerators' order

}  // namespace

std::string to_string(Precision precision) {
  return std::string{kNames.at(static_cast<std::size_t>(precision))};
}

Precision parse_precision(const std::string& name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return static_cast<Precision>(i);
  }
  throw UsageError{"unknown precision", "\"" + printable(name) + "\"", "there are: float32, tf32, bf16, fp16"};
}

}  // namespace veery
