#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include <veery/archive/time_pattern.hpp>
#include <veery/base/error.hpp>

#include "archive/time_text.hpp"

namespace veery {
namespace {

constexpr std::string_view kOption = "--time-pattern";
constexpr std::string_view kFields = "YymdjHMSfzs";
constexpr std::string_view kNumbers = "YymdjHMSfs";

bool is_number(char field) {
  return kNumbers.find(field) != std::string_view::npos;
}

}  // namespace

/// What the fields said so far.
struct TimePattern::Reading {
  CivilTime civil{0, 1, 1, 0, 0, 0};
  int day_of_year = 0;
  int ms = 0;
  std::int64_t seconds = 0;
  std::optional<int> utc_offset_minutes;

  [[nodiscard]] bool read(char field, TextCursor& cursor) {
    switch (field) {
      case 'Y':
        return cursor.number(4, civil.year);
      case 'y': {
        const bool good = cursor.number(2, civil.year);
        civil.year += civil.year < 69 ? 2000 : 1900;  // as POSIX has it
        return good;
      }
      case 'm':
        return cursor.number(2, civil.month);
      case 'd':
        return cursor.number(2, civil.day);
      case 'j':
        return cursor.number(3, day_of_year) && day_of_year >= 1 && day_of_year <= 366;
      case 'H':
        return cursor.number(2, civil.hour);
      case 'M':
        return cursor.number(2, civil.minute);
      case 'S':
        return cursor.number(2, civil.second);
      default:
        return read_of_any_length(field, cursor);
    }
  }

  [[nodiscard]] std::optional<RecordingTime> time(bool counts_seconds) const {
    if (counts_seconds) return RecordingTime{seconds * 1000 + ms, 0};
    auto local = to_ms(civil);
    if (local && day_of_year > 0) {
      *local += (day_of_year - 1) * kMsPerDay;
      if (day_of_year == 366 && !std::chrono::year{civil.year}.is_leap()) local.reset();
    }
    if (!local) return std::nullopt;
    return RecordingTime{*local + ms, utc_offset_minutes};
  }

 private:
  [[nodiscard]] bool read_of_any_length(char field, TextCursor& cursor) {
    if (field == 'f') {
      const auto decimals = cursor.decimals_ms();
      ms = decimals.value_or(0);
      return decimals.has_value();
    }
    if (field == 'z') {
      utc_offset_minutes = cursor.utc_offset_minutes();
      return utc_offset_minutes.has_value();
    }
    static const std::int64_t kMostSeconds = *to_ms({kLatestYear, 12, 31, 23, 59, 59}) / 1000;
    seconds = cursor.number(1, 18).value_or(-1);
    return seconds >= 0 && seconds <= kMostSeconds;
  }
};

TimePattern::TimePattern(const std::string& text) : text_(text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '*') {
      if (pieces_.empty() || pieces_.back().field != '*') pieces_.push_back({'*', {}});
    } else if (text[at] == '%' && text.substr(at, 2) != "%%") {
      add(at + 1 < text.size() ? text[++at] : '\0');
    } else {
      if (text[at] == '%') ++at;
      if (pieces_.empty() || pieces_.back().field != '\0') pieces_.emplace_back();
      pieces_.back().literal += text[at];
    }
  }
  check();
}

void TimePattern::add(char field) {
  if (field == '\0' || kFields.find(field) == std::string_view::npos) {
    throw UsageError{"not a field of a time: %" + (field == '\0' ? std::string{} : std::string{field}), kOption,
                     "use %Y %y %m %d %j %H %M %S %f %z %s, and %% for a percent sign"};
  }
  const auto same = [&](const Piece& piece) { return piece.field == field; };
  if (std::any_of(pieces_.begin(), pieces_.end(), same))
    throw UsageError{"a field comes twice: %" + std::string{field}, kOption};
  counts_seconds_ = counts_seconds_ || field == 's';
  pieces_.push_back({field, {}});
}

void TimePattern::check() const {
  const auto has = [&](char field) {
    return std::any_of(pieces_.begin(), pieces_.end(), [&](const Piece& piece) { return piece.field == field; });
  };
  const auto need = [](bool good, std::string_view remedy) {
    if (!good) throw UsageError{"the pattern makes no time", kOption, remedy};
  };
  if (counts_seconds_) {
    for (const char field : std::string_view{"YymdjHMSz"}) need(!has(field), "%s stands alone, or with %f");
    return;
  }
  need(has('Y') != has('y'), "the year is %Y or %y");
  need(has('j') ? !has('m') && !has('d') : has('m') && has('d'), "the day is %m and %d, or %j");
  need(has('H') && has('M'), "the time of day is %H, %M and, if the names have it, %S");
}

std::optional<TimePattern::Reading> TimePattern::read_at(std::string_view name, std::size_t at) const {
  TextCursor cursor{name};
  cursor.move_to(at);
  Reading reading;
  struct Star {
    std::size_t piece;
    std::size_t place;
    Reading reading;
  };
  std::optional<Star> star;
  for (std::size_t p = 0; p < pieces_.size();) {
    const Piece& piece = pieces_[p];
    if (piece.field == '*') {
      star = Star{++p, cursor.place(), reading};
      continue;
    }
    if (piece.field == '\0' ? cursor.take(piece.literal) : reading.read(piece.field, cursor)) {
      ++p;
    } else if (star && star->place < name.size()) {  // the star stands for one character more
      cursor.move_to(++star->place);
      reading = star->reading;
      p = star->piece;
    } else {
      return std::nullopt;
    }
  }
  const bool torn = !pieces_.empty() && is_number(pieces_.back().field) && is_digit(cursor.next());
  return torn ? std::nullopt : std::optional{reading};
}

std::optional<RecordingTime> TimePattern::find(std::string_view file_name) const {
  const bool begins_with_number = !pieces_.empty() && is_number(pieces_.front().field);
  for (std::size_t at = 0; at < file_name.size(); ++at) {
    if (begins_with_number && (!is_digit(file_name[at]) || (at > 0 && is_digit(file_name[at - 1])))) continue;
    const auto reading = read_at(file_name, at);
    if (auto time = reading ? reading->time(counts_seconds_) : std::nullopt) return time;
  }
  return std::nullopt;
}

}  // namespace veery
