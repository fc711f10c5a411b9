#pragma once
// The clocks of a place: a fixed distance from UTC, or an IANA time zone with its summer times.
//
// A zone is a table, read once on one rank and sent to the others, so that nodes with different time zone data agree.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <veery/archive/recording_time.hpp>

namespace veery {

struct TimeZone {
  /// From `begin_utc_ms` to the next period's.
  struct Period {
    std::int64_t begin_utc_ms = 0;
    int utc_offset_minutes = 0;
  };
  std::string name;             ///< as it was asked for
  std::vector<Period> periods;  ///< ascending, never empty
  /// Times outside are not known, but for a fixed distance.
  std::int64_t known_from_utc_ms = 0;
  std::int64_t known_until_utc_ms = 0;
};

/// "UTC", "Z", "+10:00", "-0330" or a name such as "America/Chicago", which the system's time zone data must hold.
/// Throws UsageError for another text. Not for several threads at a time.
[[nodiscard]] TimeZone load_time_zone(const std::string& name);

/// The distances from UTC at which clocks of the zone show this time: one; two when it comes twice, as summer time
/// ends; none when clocks pass over it, as summer time begins, or when it is not known.
[[nodiscard]] std::vector<int> offsets_at_local(const TimeZone& zone, std::int64_t local_ms);
[[nodiscard]] bool is_known(const TimeZone& zone, std::int64_t local_ms);

[[nodiscard]] int offset_at(const TimeZone& zone, std::int64_t utc_ms);

/// Changes of the clocks within `duration_ms` behind the moment.
[[nodiscard]] std::vector<ClockChange> changes_within(const TimeZone& zone, std::int64_t utc_ms,
                                                      std::int64_t duration_ms);

/// For a round trip between ranks. Throws Error for another text.
[[nodiscard]] std::string time_zone_to_text(const TimeZone& zone);
[[nodiscard]] TimeZone time_zone_from_text(std::string_view text);

}  // namespace veery
