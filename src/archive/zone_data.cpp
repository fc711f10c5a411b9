#include "archive/zone_data.hpp"

#include <date/tz.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include <veery/base/error.hpp>

#include "archive/time_text.hpp"

namespace veery {
namespace {

constexpr int kLastKnownYear = 2037;

/// Data in the short form (`zic -b slim`) name the rule of the last summer times in their last line. The library does
/// not read it and would take the last time listed for the zone's for ever.
bool ends_with_a_rule(const std::string& name) {
  std::ifstream file{"/usr/share/zoneinfo/" + name, std::ios::binary};
  std::string line;
  std::string last;
  while (std::getline(file, line)) last = line;
  return last.find(',') != std::string::npos;
}

const date::time_zone& locate(const std::string& name) {
  try {
    return *date::locate_zone(name);
  } catch (const std::runtime_error&) {
    throw UsageError{"no time zone that this system knows: " + name, "--time-zone",
                     "write UTC, +10:00 or a name such as America/Chicago; names need the package tzdata"};
  }
}

}  // namespace

TimeZone zone_from_system(const std::string& name) {
  const date::time_zone& source = locate(name);
  TimeZone zone{name, {}, 0, *to_ms({kLastKnownYear + 1, 1, 1, 0, 0, 0})};
  std::chrono::milliseconds moment{0};
  while (moment.count() < zone.known_until_utc_ms) {
    const date::sys_info info = source.get_info(date::sys_time<std::chrono::milliseconds>{moment});
    const auto offset = static_cast<int>(std::chrono::floor<std::chrono::minutes>(info.offset).count());
    if (zone.periods.empty() || zone.periods.back().utc_offset_minutes != offset)
      zone.periods.push_back({moment.count(), offset});
    const std::int64_t end_s = info.end.time_since_epoch().count();
    if (end_s >= zone.known_until_utc_ms / 1000) break;
    moment = std::chrono::milliseconds{end_s * 1000};
  }
  constexpr std::int64_t kYearMs = 366 * kMsPerDay;
  if (zone.periods.back().begin_utc_ms < zone.known_until_utc_ms - kYearMs && ends_with_a_rule(name)) {
    throw Error{"the system's time zone data are in a form that can't be read", name,
                "install tzdata made with zic -b fat (as Debian's and Ubuntu's), or give a fixed --time-zone"};
  }
  return zone;
}

}  // namespace veery
