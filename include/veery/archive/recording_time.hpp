#pragma once
// A moment on a recorder's clock, with its distance from UTC where that is known.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace veery {

struct RecordingTime {
  std::int64_t local_ms = 0;              ///< wall clock, as milliseconds since 1970-01-01T00:00:00 on that clock
  std::optional<int> utc_offset_minutes;  ///< none: not known
  friend bool operator==(const RecordingTime&, const RecordingTime&) = default;
};

/// From so long after a recording's start on, clocks at its place are at another distance from UTC (summer time).
struct ClockChange {
  std::int64_t after_ms = 0;
  int utc_offset_minutes = 0;
  friend bool operator==(const ClockChange&, const ClockChange&) = default;
};

/// The time `elapsed_ms` after `start`, whose offset is known where there are `changes` (ascending).
[[nodiscard]] RecordingTime time_after(const RecordingTime& start, const std::vector<ClockChange>& changes,
                                       std::int64_t elapsed_ms);

/// Milliseconds since 1970 UTC; none when the offset is not known.
[[nodiscard]] std::optional<std::int64_t> utc_ms(const RecordingTime& time);

/// ISO 8601 with milliseconds: 2021-02-01T21:01:00.000, with +10:00 or Z behind it when the offset is known.
[[nodiscard]] std::string format_time(const RecordingTime& time);
/// Reads what `format_time` writes; none for an empty text. Throws Error for another text.
[[nodiscard]] std::optional<RecordingTime> parse_time(std::string_view text);

}  // namespace veery
