#pragma once
// The system's time zone data, through Howard Hinnant's date library: GCC 12 has no std::chrono::locate_zone.
#include <string>

#include <veery/archive/time_zone.hpp>

namespace veery {

/// From 1970 to 2037, as far as the data of all systems go. Throws UsageError for a name that they don't have.
[[nodiscard]] TimeZone zone_from_system(const std::string& name);

}  // namespace veery
