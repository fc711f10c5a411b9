#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <veery/archive/recording_time.hpp>
#include <veery/base/error.hpp>

namespace veery {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
constexpr std::int64_t kMsPerDay = 86'400'000;

bool is_digit(char character) {
  return character >= '0' && character <= '9';
}

/// The number in `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (const char character : text.substr(at, count)) {
    if (!is_digit(character)) return -1;
    value = value * 10 + (character - '0');
  }
  return value;
}

std::optional<std::int64_t> civil_ms(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  const bool plausible = date.ok() && year >= 1970 && hour < 24 && minute < 60 && second < 60;
  if (!plausible || hour < 0 || minute < 0 || second < 0) return std::nullopt;
  const std::int64_t day_number = sys_days{date}.time_since_epoch().count();
  return day_number * kMsPerDay + ((hour * 60 + minute) * 60 + second) * std::int64_t{1000};
}

/// "+hhmm", "-hh:mm" or "Z" at `at`.
std::optional<int> offset_minutes(std::string_view text, std::size_t at) {
  if (at >= text.size()) return std::nullopt;
  if (text[at] == 'Z') return 0;
  if (text[at] != '+' && text[at] != '-') return std::nullopt;
  const int hours = digits(text, at + 1, 2);
  const bool colon = at + 3 < text.size() && text[at + 3] == ':';
  const int minutes = digits(text, at + (colon ? 4 : 3), 2);
  if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59) return std::nullopt;
  return (text[at] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

/// A date and a time of day at `at`, between characters that are no digits.
std::optional<RecordingTime> time_at(std::string_view name, std::size_t at) {
  constexpr std::size_t kLength = 15;
  if (at > 0 && is_digit(name[at - 1])) return std::nullopt;
  if (at + kLength > name.size()) return std::nullopt;
  const char between = name[at + 8];
  if (between != '_' && between != '$' && between != 'T' && between != '-') return std::nullopt;
  if (at + kLength < name.size() && is_digit(name[at + kLength])) return std::nullopt;
  if (digits(name, at, 8) < 0 || digits(name, at + 9, 6) < 0) return std::nullopt;
  const auto local = civil_ms(digits(name, at, 4), digits(name, at + 4, 2), digits(name, at + 6, 2),
                              digits(name, at + 9, 2), digits(name, at + 11, 2), digits(name, at + 13, 2));
  if (!local) return std::nullopt;
  // A bare '-' or '+' behind another separator is not an offset: only Frontier Labs' form carries one.
  return RecordingTime{*local, between == 'T' ? offset_minutes(name, at + kLength) : std::nullopt};
}

}  // namespace

std::optional<RecordingTime> time_from_name(std::string_view file_name) {
  for (std::size_t at = 0; at < file_name.size(); ++at) {
    if (auto time = time_at(file_name, at)) return time;
  }
  return std::nullopt;
}

std::string format_time(const RecordingTime& time) {
  const std::int64_t day =
      time.local_ms >= 0 ? time.local_ms / kMsPerDay : -((-time.local_ms + kMsPerDay - 1) / kMsPerDay);
  const auto in_day = static_cast<int>(time.local_ms - day * kMsPerDay);
  const std::chrono::year_month_day date{sys_days{days{day}}};
  std::array<char, 64> text{};
  int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day / 3'600'000,
                    in_day / 60'000 % 60, in_day / 1000 % 60, in_day % 1000);
  std::string result{text.data(), static_cast<std::size_t>(length)};
  if (!time.utc_offset_minutes) return result;
  const int offset = *time.utc_offset_minutes;
  if (offset == 0) return result + "Z";
  length = std::snprintf(text.data(), text.size(), "%c%02d:%02d", offset < 0 ? '-' : '+', std::abs(offset) / 60,
                         std::abs(offset) % 60);
  return result + std::string{text.data(), static_cast<std::size_t>(length)};
}

std::optional<RecordingTime> parse_time(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const int ms = digits(text, 20, 3);
  const auto local = text.size() >= 23 ? civil_ms(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2),
                                                  digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2))
                                       : std::nullopt;
  if (!local || ms < 0) throw Error{"not a time", text};
  return RecordingTime{*local + ms, offset_minutes(text, 23)};
}

}  // namespace veery
