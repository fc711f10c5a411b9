#include <algorithm>
#include <charconv>

#include <veery/archive/position.hpp>
#include <veery/base/csv.hpp>

namespace veery {
namespace {

/// Takes a number from the front of `text`, and blanks before it.
std::optional<double> take_number(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  return value;
}

}  // namespace

std::optional<Position> position_from_text(std::string_view text) {
  const auto latitude = take_number(text);
  if (!latitude || text.find_first_of(" \t,") != 0) return std::nullopt;
  text.remove_prefix(text.starts_with(',') ? 1 : 0);
  const auto longitude = take_number(text);
  if (!longitude || text.find_first_not_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  const bool on_earth = *latitude >= -90.0 && *latitude <= 90.0 && *longitude >= -180.0 && *longitude <= 180.0;
  return on_earth ? std::optional{Position{*latitude, *longitude}} : std::nullopt;
}

std::string format_position(const Position& position) {
  return decimal(position.latitude) + " " + decimal(position.longitude);
}

}  // namespace veery
