#pragma once
// Times of day for people: ISO 8601, written in UTC.
#include <chrono>
#include <string>
#include <string_view>

namespace veery {

/// "2026-06-01T05:30:00Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);
[[nodiscard]] std::string utc_now();

/// Seconds since 1970 UTC in "2026-06-01T05:30:00Z", "2026-06-01T07:30:00+02:00", or such a number.
/// Throws UsageError for another text, and for a time without its offset.
[[nodiscard]] double parse_moment_s(std::string_view text);

}  // namespace veery
