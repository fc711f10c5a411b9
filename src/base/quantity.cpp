#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>

namespace veery {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 6> kUnits{
    {{"", 1.0}, {"ms", 1e-3}, {"s", 1.0}, {"min", 60.0}, {"h", 3600.0}, {"d", 86400.0}}};

std::string two_digits(long value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

double parse_duration_s(std::string_view text) {
  double number = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<std::size_t>(result.ptr - text.data()));
  if (result.ec == std::errc{} && std::isfinite(number) && number >= 0.0) {
    for (const auto& [name, seconds] : kUnits) {
      if (unit == name && std::isfinite(number * seconds)) return number * seconds;
    }
  }
  throw UsageError{"not a duration", text, "write a number and a unit: 250ms, 300s, 5min, 6h or 1d"};
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  if (seconds < 60.0) return fixed_decimal(seconds, 1) + "s";
  const long whole = std::lround(seconds);
  const std::string tail = two_digits(whole % 60) + "s";
  if (whole < 3600) return std::to_string(whole / 60) + "m" + tail;
  return std::to_string(whole / 3600) + "h" + two_digits(whole / 60 % 60) + "m" + tail;
}

std::string format_bytes(double bytes) {
  static constexpr std::array<const char*, 6> kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  std::size_t unit = 0;
  while (bytes >= 1024.0 && unit + 1 < kNames.size()) {
    bytes /= 1024.0;
    ++unit;
  }
  return fixed_decimal(bytes, unit == 0 ? 0 : 1) + " " + kNames[unit];
}

}  // namespace veery
