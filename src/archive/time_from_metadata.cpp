#include <nlohmann/json.hpp>

#include <algorithm>

#include <veery/archive/time_sources.hpp>

#include "archive/time_text.hpp"

namespace veery {
namespace {

constexpr std::size_t kBextDescription = 256;
constexpr std::size_t kBextDate = 320;
constexpr std::size_t kBextTime = 330;
constexpr std::size_t kBextCodingHistory = 602;
constexpr int kWamdStartTime = 5;

bool read_time_of_day(TextCursor& cursor, std::string_view separators, CivilTime& civil) {
  return cursor.number(2, civil.hour) && cursor.take_one_of(separators) && cursor.number(2, civil.minute) &&
         cursor.take_one_of(separators) && cursor.number(2, civil.second);
}

/// Without blanks and zero bytes at its ends.
std::string_view trimmed(std::string_view text) {
  static constexpr std::string_view kBlanks{" \t\r\n\0", 5};
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view{}
                                         : text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// Up to the first zero byte.
std::string_view text_of_field(std::string_view bytes, std::size_t begin, std::size_t length) {
  const std::string_view field = bytes.substr(std::min(begin, bytes.size()), length);
  return field.substr(0, field.find('\0'));
}

/// " (UTC)", " (UTC+5:30)"; no offset where it is missing (the first firmware) or is none.
std::optional<int> offset_of_audiomoth(TextCursor& cursor) {
  if (!cursor.take(" (UTC")) return std::nullopt;
  if (cursor.next() == ')') return 0;
  return cursor.utc_offset_minutes();
}

CommentTime time_of_audiomoth(std::string_view comment) {
  const std::size_t begin = comment.find("Recorded at ");
  const std::string_view text = begin == std::string_view::npos ? std::string_view{} : comment.substr(begin);
  // Who else writes these words may mean another order of day and month.
  if (text.find("Moth") == std::string_view::npos && text.find("during deployment") == std::string_view::npos)
    return {};
  TextCursor cursor{text};
  CivilTime civil;
  int ms = 0;
  bool read = cursor.take("Recorded at ") && read_time_of_day(cursor, ":", civil);
  if (read && cursor.take(".")) {
    const auto decimals = cursor.decimals_ms();
    read = decimals.has_value();
    ms = decimals.value_or(0);
  }
  read = read && cursor.take(" ") && cursor.number(2, civil.day) && cursor.take("/") && cursor.number(2, civil.month) &&
         cursor.take("/") && cursor.number(4, civil.year);
  const auto local = read ? to_ms(civil) : std::nullopt;
  if (!local) return {true, {}};
  return {true, RecordingTime{*local + ms, offset_of_audiomoth(cursor)}};
}

/// A pair of brackets or a sign shows that UTC is meant as this time's zone, and not just mentioned.
std::optional<int> offset_in_description(std::string_view text) {
  if (text.find("(UTC)") != std::string_view::npos) return 0;
  for (std::size_t at = text.find("UTC"); at != std::string_view::npos; at = text.find("UTC", at + 1)) {
    TextCursor cursor{text};
    cursor.move_to(at + 3);
    if (cursor.next() != '+' && cursor.next() != '-') continue;
    const auto offset = cursor.utc_offset_minutes();
    if (offset && !is_digit(cursor.next())) return offset;
  }
  return std::nullopt;
}

}  // namespace

std::optional<RecordingTime> time_from_timestamp(std::string_view text) {
  TextCursor cursor{trimmed(text)};
  CivilTime civil;
  const bool read = cursor.number(4, civil.year) && cursor.take("-") && cursor.number(2, civil.month) &&
                    cursor.take("-") && cursor.number(2, civil.day) && cursor.take_one_of("T ") &&
                    read_time_of_day(cursor, ":", civil);
  const auto local = read ? to_ms(civil) : std::nullopt;
  if (!local) return std::nullopt;
  RecordingTime time{*local, std::nullopt};
  if (cursor.take_one_of(".,")) {
    const auto ms = cursor.decimals_ms();
    if (!ms) return std::nullopt;
    time.local_ms += *ms;
  }
  static_cast<void>(cursor.take(" "));
  if (!cursor.at_end()) time.utc_offset_minutes = cursor.utc_offset_minutes();
  return cursor.at_end() ? std::optional{time} : std::nullopt;
}

CommentTime time_from_comment(std::string_view comment) {
  constexpr std::string_view kOpenSoundscape = "opso_metadata";
  const std::string_view text = trimmed(comment);
  if (!text.starts_with(kOpenSoundscape)) return time_of_audiomoth(text);
  const auto json = nlohmann::json::parse(text.substr(kOpenSoundscape.size()), nullptr, false);
  if (!json.is_object() || !json.contains("recording_start_time")) return {};
  const auto& start = json["recording_start_time"];
  if (start.is_null()) return {};
  return {true, start.is_string() ? time_from_timestamp(start.get_ref<const std::string&>()) : std::nullopt};
}

BextTime time_from_bext(std::string_view bytes) {
  const std::string_view date = text_of_field(bytes, kBextDate, 10);
  const std::string_view time_of_day = text_of_field(bytes, kBextTime, 8);
  if (date.find_first_of("123456789") == std::string_view::npos) return {true, {}};
  constexpr std::string_view kSeparators = "-_: ./";
  CivilTime civil;
  TextCursor in_date{date};
  TextCursor in_day{time_of_day};
  const bool read = in_date.number(4, civil.year) && in_date.take_one_of(kSeparators) &&
                    in_date.number(2, civil.month) && in_date.take_one_of(kSeparators) &&
                    in_date.number(2, civil.day) && in_date.at_end() && read_time_of_day(in_day, kSeparators, civil);
  const auto local = read ? to_ms(civil) : std::nullopt;
  if (!local) return {};
  auto offset = offset_in_description(text_of_field(bytes, 0, kBextDescription));
  if (!offset) offset = offset_in_description(text_of_field(bytes, kBextCodingHistory, bytes.size()));
  return {false, RecordingTime{*local, offset}};
}

std::optional<std::string> timestamp_in_wamd(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at])); };
  for (std::size_t at = 0; at + 6 <= bytes.size();) {
    const std::size_t id = byte(at) | byte(at + 1) << 8U;
    const std::size_t size = byte(at + 2) | byte(at + 3) << 8U | byte(at + 4) << 16U | byte(at + 5) << 24U;
    at += 6;
    if (size > bytes.size() - at) return std::nullopt;
    const std::string_view text = trimmed(bytes.substr(at, size));
    if (id == kWamdStartTime && !text.empty()) return std::string{text};
    at += size;
  }
  return std::nullopt;
}

}  // namespace veery
