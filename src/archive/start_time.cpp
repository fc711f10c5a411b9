#include <algorithm>
#include <cstdlib>

#include <veery/archive/start_time.hpp>

namespace veery {
namespace {

bool is_near(std::int64_t a_ms, std::int64_t b_ms) {
  return std::abs(a_ms - b_ms) <= kTimeToleranceMs;
}

/// The only offset that the zone has for this time.
std::optional<int> sure_offset(const std::optional<TimeZone>& zone, std::int64_t local_ms) {
  if (!zone) return std::nullopt;
  const std::vector<int> offsets = offsets_at_local(*zone, local_ms);
  return offsets.size() == 1 ? std::optional{offsets.front()} : std::nullopt;
}

/// Moments are compared where both are known, else what the clocks showed.
bool agree(const RecordingTime& a, const RecordingTime& b, const std::optional<TimeZone>& zone) {
  if (a.utc_offset_minutes && b.utc_offset_minutes) return is_near(*utc_ms(a), *utc_ms(b));
  if (is_near(a.local_ms, b.local_ms)) return true;
  const auto resolved = [&](const RecordingTime& time) {
    return utc_ms(
        {time.local_ms, time.utc_offset_minutes ? time.utc_offset_minutes : sure_offset(zone, time.local_ms)});
  };
  const auto moment_a = resolved(a);
  const auto moment_b = resolved(b);
  return moment_a && moment_b && is_near(*moment_a, *moment_b);
}

void add_conflict(StartTime& start, std::string_view source, const RecordingTime& time) {
  start.conflicts += (start.conflicts.empty() ? "" : "; ") + std::string{source} + " " + format_time(time);
}

/// With a source that was asked for nothing of the others is used, but they are compared all the same.
void compare_others(const std::vector<TimeClaim>& claims, const TimeClaim& chosen, const StartTimeOptions& options,
                    StartTime& start) {
  for (const TimeClaim& other : claims) {
    if (&other == &chosen || !other.time) continue;
    if (!agree(*start.time, *other.time, options.zone)) {
      add_conflict(start, to_string(other.source), *other.time);
    } else if (!options.source && !start.time->utc_offset_minutes && other.time->utc_offset_minutes &&
               is_near(start.time->local_ms, other.time->local_ms)) {
      start.time->utc_offset_minutes = other.time->utc_offset_minutes;
      start.from += "+" + std::string{to_string(other.source)};
    }
  }
}

void set_zone(StartTime& start, int utc_offset_minutes) {
  start.time->utc_offset_minutes = utc_offset_minutes;
  start.from += "+zone";
}

void apply_zone(const TimeZone& zone, bool counts_seconds, StartTime& start) {
  RecordingTime& time = *start.time;
  if (!is_known(zone, time.local_ms)) {
    add_remark(start.remarks, remark::kOutsideZone);
    return;
  }
  if (!time.utc_offset_minutes) {
    const std::vector<int> offsets = offsets_at_local(zone, time.local_ms);
    if (offsets.size() == 1) set_zone(start, offsets.front());
    if (offsets.size() > 1) add_remark(start.remarks, remark::kRepeated);
    if (offsets.empty()) add_remark(start.remarks, remark::kSkipped);
    return;
  }
  const int offset = offset_at(zone, *utc_ms(time));
  if (offset == *time.utc_offset_minutes) return;
  if (counts_seconds) {
    time.local_ms = *utc_ms(time) + offset * std::int64_t{60'000};
    set_zone(start, offset);
  } else {
    add_conflict(start, "zone", {time.local_ms, offset});
  }
}

const TimeClaim* choose(const std::vector<TimeClaim>& claims, const std::optional<TimeSource>& source) {
  const auto chosen = std::find_if(claims.begin(), claims.end(), [&](const TimeClaim& claim) {
    return claim.time && (!source || *source == claim.source);
  });
  return chosen == claims.end() ? nullptr : &*chosen;
}

TimeClaim claim_of_name(std::string_view name, const std::optional<TimePattern>& pattern) {
  TimeClaim claim;
  if (pattern) {
    claim.time = pattern->find(name);
    claim.counts_seconds = pattern->counts_seconds();
    return claim;
  }
  claim.time = time_from_name(name);
  if (claim.time) return claim;
  claim.time = time_from_hexadecimal_name(name);
  claim.counts_seconds = claim.time.has_value();
  return claim;
}

void claim_from_chunk(const MetadataChunk& chunk, std::vector<TimeClaim>& claims) {
  if (chunk.id == "wamd") {
    if (const auto text = timestamp_in_wamd(chunk.bytes))
      claims.push_back({TimeSource::wamd, time_from_timestamp(*text)});
  }
  if (chunk.id == "bext") {
    const BextTime bext = time_from_bext(chunk.bytes);
    if (!bext.blank) claims.push_back({TimeSource::bext, bext.time});
  }
}

}  // namespace

void add_remark(std::string& remarks, std::string_view word) {
  remarks += (remarks.empty() ? "" : "; ") + std::string{word};
}

std::vector<TimeClaim> time_claims(std::string_view file_name, const AudioMetadata& metadata,
                                   const StartTimeOptions& options) {
  std::vector<TimeClaim> claims;
  const TimeClaim named = claim_of_name(file_name, options.pattern);
  if (named.time || options.pattern) claims.push_back(named);
  if (const std::string* timestamp = metadata.guano.find("Timestamp"); timestamp != nullptr && !timestamp->empty())
    claims.push_back({TimeSource::guano, time_from_timestamp(*timestamp)});
  if (const auto comment = metadata.texts.find("comment"); comment != metadata.texts.end()) {
    const CommentTime read = time_from_comment(comment->second);
    if (read.expected) claims.push_back({TimeSource::comment, read.time});
  }
  for (const MetadataChunk& chunk : metadata.chunks) claim_from_chunk(chunk, claims);
  std::stable_sort(claims.begin(), claims.end(),
                   [](const TimeClaim& a, const TimeClaim& b) { return a.source < b.source; });
  return claims;
}

StartTime decide_start(const std::vector<TimeClaim>& claims, const StartTimeOptions& options,
                       std::int64_t duration_ms) {
  StartTime start;
  bool unreadable = false;
  for (const TimeClaim& claim : claims) {
    if (claim.time) continue;
    if (claim.source == TimeSource::name) add_remark(start.remarks, remark::kNameUnmatched);
    unreadable = unreadable || claim.source != TimeSource::name;
  }
  if (unreadable) add_remark(start.remarks, remark::kUnreadable);
  const TimeClaim* chosen = choose(claims, options.source);
  if (chosen == nullptr) {
    if (options.source) add_remark(start.remarks, remark::kSourceMissing);
    return start;
  }
  start.time = chosen->time;
  start.from = to_string(chosen->source);
  compare_others(claims, *chosen, options, start);
  if (options.zone) {
    apply_zone(*options.zone, chosen->counts_seconds, start);
    const auto moment = utc_ms(*start.time);
    if (moment && is_known(*options.zone, *moment) &&
        offset_at(*options.zone, *moment) == *start.time->utc_offset_minutes)
      start.clock_changes = changes_within(*options.zone, *moment, duration_ms);
  }
  return start;
}

}  // namespace veery
