#include <algorithm>
#include <limits>

#include <veery/archive/time_zone.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>

#include "archive/integer_text.hpp"
#include "archive/time_text.hpp"
#include "archive/zone_data.hpp"

namespace veery {
namespace {

constexpr std::int64_t kAlways = std::numeric_limits<std::int64_t>::max();

/// The period that holds the moment; the first one also what is before it.
std::size_t period_at(const TimeZone& zone, std::int64_t utc_ms) {
  const auto later = [](std::int64_t moment, const TimeZone::Period& period) { return moment < period.begin_utc_ms; };
  const auto next = std::upper_bound(zone.periods.begin(), zone.periods.end(), utc_ms, later);
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(next - zone.periods.begin() - 1, 0));
}

}  // namespace

TimeZone load_time_zone(const std::string& name) {
  TextCursor cursor{name};
  const auto fixed = cursor.take("UTC") ? std::optional{0} : cursor.utc_offset_minutes();
  if (!fixed || !cursor.at_end()) return zone_from_system(name);
  return {name, {{-kAlways, *fixed}}, -kAlways, kAlways};
}

bool is_known(const TimeZone& zone, std::int64_t local_ms) {
  return local_ms >= zone.known_from_utc_ms && local_ms < zone.known_until_utc_ms;
}

std::vector<int> offsets_at_local(const TimeZone& zone, std::int64_t local_ms) {
  std::vector<int> offsets;
  if (!is_known(zone, local_ms)) return offsets;
  for (std::size_t p = period_at(zone, local_ms - kMsPerDay); p < zone.periods.size(); ++p) {
    const TimeZone::Period& period = zone.periods[p];
    if (period.begin_utc_ms > local_ms + kMsPerDay) break;
    const std::int64_t utc = local_ms - period.utc_offset_minutes * kMsPerMinute;
    const bool in_period = utc >= period.begin_utc_ms || p == 0;
    const bool before_next = p + 1 == zone.periods.size() || utc < zone.periods[p + 1].begin_utc_ms;
    const bool is_new = std::find(offsets.begin(), offsets.end(), period.utc_offset_minutes) == offsets.end();
    if (in_period && before_next && is_new) offsets.push_back(period.utc_offset_minutes);
  }
  return offsets;
}

int offset_at(const TimeZone& zone, std::int64_t utc_ms) {
  return zone.periods[period_at(zone, utc_ms)].utc_offset_minutes;
}

std::vector<ClockChange> changes_within(const TimeZone& zone, std::int64_t utc_ms, std::int64_t duration_ms) {
  std::vector<ClockChange> changes;
  for (std::size_t p = period_at(zone, utc_ms) + 1; p < zone.periods.size(); ++p) {
    const std::int64_t after_ms = zone.periods[p].begin_utc_ms - utc_ms;
    if (after_ms >= duration_ms) break;
    if (after_ms > 0) changes.push_back({after_ms, zone.periods[p].utc_offset_minutes});
  }
  return changes;
}

std::string time_zone_to_text(const TimeZone& zone) {
  std::vector<std::string> cells{zone.name, std::to_string(zone.known_from_utc_ms),
                                 std::to_string(zone.known_until_utc_ms)};
  for (const TimeZone::Period& period : zone.periods) {
    cells.push_back(std::to_string(period.begin_utc_ms));
    cells.push_back(std::to_string(period.utc_offset_minutes));
  }
  return csv_row(cells);
}

TimeZone time_zone_from_text(std::string_view text) {
  const auto rows = parse_csv(text);
  if (rows.size() != 1 || rows.front().size() < 5 || rows.front().size() % 2 != 1)
    throw Error{"not a time zone", text.substr(0, 80)};
  const std::vector<std::string>& cells = rows.front();
  TimeZone zone{cells[0], {}, integer_of<std::int64_t>(cells[1]), integer_of<std::int64_t>(cells[2])};
  for (std::size_t i = 3; i < cells.size(); i += 2)
    zone.periods.push_back({integer_of<std::int64_t>(cells[i]), integer_of<int>(cells[i + 1])});
  return zone;
}

}  // namespace veery
