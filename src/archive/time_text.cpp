#include "archive/time_text.hpp"

#include <algorithm>
#include <chrono>

namespace veery {

std::optional<std::int64_t> to_ms(const CivilTime& time, int latest_year) {
  const std::chrono::year_month_day date{std::chrono::year{time.year},
                                         std::chrono::month{static_cast<unsigned>(time.month)},
                                         std::chrono::day{static_cast<unsigned>(time.day)}};
  const bool on_clock =
      time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 && time.second >= 0 && time.second < 60;
  if (!date.ok() || !on_clock || time.year < kEarliestYear || time.year > latest_year) return std::nullopt;
  const std::int64_t day = std::chrono::sys_days{date}.time_since_epoch().count();
  return day * kMsPerDay + ((time.hour * 60 + time.minute) * 60 + time.second) * std::int64_t{1000};
}

bool TextCursor::take(std::string_view literal) {
  if (!text_.substr(at_).starts_with(literal)) return false;
  at_ += literal.size();
  return true;
}

bool TextCursor::take_one_of(std::string_view characters) {
  if (at_end() || characters.find(text_[at_]) == std::string_view::npos) return false;
  ++at_;
  return true;
}

std::optional<std::int64_t> TextCursor::number(std::size_t least, std::size_t most) {
  std::int64_t value = 0;
  std::size_t count = 0;
  for (; count < std::min<std::size_t>(most, 18) && at_ + count < text_.size() && is_digit(text_[at_ + count]); ++count)
    value = value * 10 + (text_[at_ + count] - '0');
  if (count < least) return std::nullopt;
  at_ += count;
  return value;
}

bool TextCursor::number(std::size_t count, int& value) {
  const auto read = number(count, count);
  if (read) value = static_cast<int>(*read);
  return read.has_value();
}

std::optional<int> TextCursor::decimals_ms() {
  const std::size_t begin = at_;
  int tenths_of_ms = 0;
  for (int place = 1000; !at_end() && is_digit(text_[at_]); ++at_, place /= 10)
    tenths_of_ms += place * (text_[at_] - '0');
  if (at_ == begin) return std::nullopt;
  return (tenths_of_ms + 5) / 10;
}

std::optional<int> TextCursor::utc_offset_minutes() {
  constexpr std::int64_t kMostMinutesFromUtc = 840;  // 14 hours
  if (take("Z")) return 0;
  const std::size_t begin = at_;
  const int sign = next() == '-' ? -1 : 1;
  int minutes = 0;
  const auto hours = take_one_of("+-") ? number(1, 2) : std::nullopt;
  const bool good = hours && (take(":") ? number(2, minutes) : !is_digit(next()) || number(2, minutes));
  if (good && minutes < 60 && *hours * 60 + minutes <= kMostMinutesFromUtc)
    return sign * static_cast<int>(*hours * 60 + minutes);
  at_ = begin;
  return std::nullopt;
}

}  // namespace veery
