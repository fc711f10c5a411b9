#pragma once
// What all texts with times are made of: digits, dates that exist, distances from UTC.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <veery/archive/recording_time.hpp>

namespace veery {

inline constexpr std::int64_t kMsPerMinute = 60'000;
inline constexpr std::int64_t kMsPerDay = 86'400'000;
inline constexpr int kEarliestYear = 1970;  ///< recorders count from there
inline constexpr int kLatestYear = 2099;

[[nodiscard]] inline bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// A date and a time of day as they stand in a text.
struct CivilTime {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

/// None for what no clock shows: 31 February, hour 24, second 60; and for years that are no recorder's.
[[nodiscard]] std::optional<std::int64_t> to_ms(const CivilTime& time, int latest_year = kLatestYear);

/// Reads a text from its start. What does not fit leaves the place where it was.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t place() const { return at_; }
  void move_to(std::size_t place) { at_ = place; }
  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  /// '\0' at the end.
  [[nodiscard]] char next() const { return at_end() ? '\0' : text_[at_]; }

  [[nodiscard]] bool take(std::string_view literal);
  /// Any one of these characters.
  [[nodiscard]] bool take_one_of(std::string_view characters);
  /// The number in so many digits (more are not looked at), at most 18.
  [[nodiscard]] std::optional<std::int64_t> number(std::size_t least, std::size_t most);
  /// Likewise, of exactly so many digits.
  [[nodiscard]] bool number(std::size_t count, int& value);
  /// Digits as decimals of a second, rounded to milliseconds (1000 for .9999).
  [[nodiscard]] std::optional<int> decimals_ms();
  /// "Z", or a sign and h, hh, hhmm or hh:mm; at most 14 hours.
  [[nodiscard]] std::optional<int> utc_offset_minutes();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace veery
