#pragma once
// Where a recorder stood, as its metadata tell it.
#include <optional>
#include <string>
#include <string_view>

namespace veery {

struct Position {
  double latitude = 0.0;   ///< degrees north, WGS 84
  double longitude = 0.0;  ///< degrees east
  friend bool operator==(const Position&, const Position&) = default;
};

/// GUANO's Loc Position: two decimal numbers with blanks or a comma between them. None for anything else, and for what
/// is not on Earth.
[[nodiscard]] std::optional<Position> position_from_text(std::string_view text);
/// "48.1 11.5", which reads back as the same position.
[[nodiscard]] std::string format_position(const Position& position);

}  // namespace veery
