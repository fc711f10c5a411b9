#include <algorithm>

#include <veery/archive/time_sources.hpp>
#include <veery/base/number.hpp>

#include "archive/time_text.hpp"

namespace veery {
namespace {

constexpr std::int64_t kFirstHexadecimalS = 1'483'228'800;  ///< 2017-01-01, the year of the first AudioMoths
constexpr std::int64_t kLastHexadecimalS = 1'893'456'000;   ///< 2030-01-01: the firmware is of 2019

/// An offset as recorders write it in names: of quarter hours, and no digit behind it.
std::optional<int> offset_in_name(TextCursor& cursor) {
  const auto offset = cursor.utc_offset_minutes();
  return offset && *offset % 15 == 0 && !is_digit(cursor.next()) ? offset : std::nullopt;
}

/// Only behind T: a bare '-' or '+' behind another form is no offset.
void read_iso_tail(TextCursor& cursor, RecordingTime& time) {
  TextCursor with_decimals = cursor;
  const auto ms = with_decimals.take(".") ? with_decimals.decimals_ms() : std::nullopt;
  if (!ms) {
    time.utc_offset_minutes = offset_in_name(cursor);
  } else if (const auto offset = offset_in_name(with_decimals)) {
    time.local_ms += *ms;
    time.utc_offset_minutes = offset;
  }
}

/// A date and a time of day, between characters that are no digits.
std::optional<RecordingTime> time_at(std::string_view name, std::size_t at) {
  if (at > 0 && is_digit(name[at - 1])) return std::nullopt;
  TextCursor cursor{name};
  cursor.move_to(at);
  CivilTime civil;
  if (!cursor.number(4, civil.year) || !cursor.number(2, civil.month) || !cursor.number(2, civil.day)) return {};
  const bool is_iso = cursor.next() == 'T';
  const bool read = cursor.take_one_of("_$T-") && cursor.number(2, civil.hour) && cursor.number(2, civil.minute) &&
                    cursor.number(2, civil.second) && !is_digit(cursor.next());
  const auto local = read ? to_ms(civil) : std::nullopt;
  if (!local) return std::nullopt;
  RecordingTime time{*local, std::nullopt};
  if (is_iso) read_iso_tail(cursor, time);
  return time;
}

}  // namespace

std::string_view to_string(TimeSource source) {
  switch (source) {
    case TimeSource::name:
      return "name";
    case TimeSource::guano:
      return "guano";
    case TimeSource::comment:
      return "comment";
    case TimeSource::wamd:
      return "wamd";
    case TimeSource::bext:
      return "bext";
  }
  return "unknown";
}

std::optional<RecordingTime> time_from_name(std::string_view file_name) {
  for (std::size_t at = 0; at < file_name.size(); ++at) {
    if (!is_digit(file_name[at])) continue;
    if (auto time = time_at(file_name, at)) return time;
  }
  return std::nullopt;
}

std::optional<RecordingTime> time_from_hexadecimal_name(std::string_view file_name) {
  const std::string_view stem = file_name.substr(0, file_name.find('.'));
  if (stem.size() != 8) return std::nullopt;
  const std::optional<std::int64_t> seconds = parse_number<std::int64_t>(stem, 16);
  if (!seconds || *seconds < kFirstHexadecimalS || *seconds >= kLastHexadecimalS) return std::nullopt;
  return RecordingTime{*seconds * 1000, 0};
}

}  // namespace veery
