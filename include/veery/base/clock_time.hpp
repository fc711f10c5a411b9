#pragma once
// Times as batch systems write them.
#include <string>
#include <string_view>

namespace veery {

/// Seconds in HOURS:MINUTES:SECONDS. Throws UsageError naming the text.
[[nodiscard]] double parse_clock_time_s(std::string_view text);

/// Whole seconds as HH:MM:SS, with more digits from 100 h on.
[[nodiscard]] std::string clock_time(double seconds);

}  // namespace veery
