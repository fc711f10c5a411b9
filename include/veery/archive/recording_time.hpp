#pragma once
// When a recording began, as its file name tells it.
//
// Known: YYYYMMDD_HHMMSS anywhere in the name (AudioMoth, with or without a final T; Song Meter 2, 3, 4, Micro),
// YYYYMMDD$HHMMSS (geolocated Song Meter 3) and Frontier Labs' YYYYMMDDTHHMMSS+hhmm, of whose two times the
// first is the start. Without an offset the time zone is unknown and stays so.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace veery {

struct RecordingTime {
  std::int64_t local_ms = 0;              ///< wall clock, as milliseconds since 1970-01-01T00:00:00 on that clock
  std::optional<int> utc_offset_minutes;  ///< none: not known
};

[[nodiscard]] std::optional<RecordingTime> time_from_name(std::string_view file_name);

/// ISO 8601 with milliseconds: 2021-02-01T21:01:00.000, with +10:00 or Z behind it when the offset is known.
[[nodiscard]] std::string format_time(const RecordingTime& time);
/// Reads what `format_time` writes; none for an empty text. Throws Error for another text.
[[nodiscard]] std::optional<RecordingTime> parse_time(std::string_view text);

}  // namespace veery
