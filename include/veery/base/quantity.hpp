#pragma once
// Quantities with units as people write them in options: 300s, 5min, 1.5h, 250ms, 64MiB.
#include <cstdint>
#include <string>
#include <string_view>

namespace veery {

/// Seconds in `text`: a number and one of ms, s, min, h, d; a bare number means seconds.
/// Throws UsageError naming the text when it is no duration or is negative.
[[nodiscard]] double parse_duration_s(std::string_view text);

/// `seconds` as a person reads it: 1h02m03s, 4m05s, 12.3s.
[[nodiscard]] std::string format_duration(double seconds);

/// `bytes` with a binary unit: 1.5 GiB.
[[nodiscard]] std::string format_bytes(double bytes);

}  // namespace veery
