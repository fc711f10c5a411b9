#pragma once
// When a recording began, of all that name and metadata say: one source is used, what the others say is compared, and
// where they disagree, or can't be told, that is reported instead of guessed. docs/times.md has the rules.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <veery/archive/recording_time.hpp>
#include <veery/archive/time_pattern.hpp>
#include <veery/archive/time_sources.hpp>
#include <veery/archive/time_zone.hpp>
#include <veery/audio/audio_metadata.hpp>

namespace veery {

/// Times that are further apart disagree.
inline constexpr std::int64_t kTimeToleranceMs = 2000;

struct StartTimeOptions {
  std::optional<TimeSource> source;    ///< none: the first that has a time
  std::optional<TimePattern> pattern;  ///< of names; none: what recorders write
  std::optional<TimeZone> zone;        ///< of the recorders' clocks; none: not known
};

/// What one source says.
struct TimeClaim {
  TimeSource source = TimeSource::name;
  std::optional<RecordingTime> time;  ///< none: there is something, but no time
  bool counts_seconds = false;        ///< since 1970 UTC: a moment that tells no local time
};

/// Words of `StartTime::remarks`.
namespace remark {
inline constexpr std::string_view kNameUnmatched = "name_unmatched";  ///< --time-pattern does not fit
inline constexpr std::string_view kSourceMissing = "source_missing";  ///< there is no time where --time-source looks
inline constexpr std::string_view kUnreadable = "unreadable_time";    ///< a text that should be a time is none
inline constexpr std::string_view kRepeated = "repeated_hour";        ///< comes twice in --time-zone: no offset
inline constexpr std::string_view kSkipped = "skipped_hour";          ///< does not come in --time-zone: no offset
inline constexpr std::string_view kOutsideZone = "outside_zone";      ///< before 1970 or after 2037: no offset
inline constexpr std::string_view kMetadataLeftOut = "metadata_left_out";  ///< too large, or not readable
inline constexpr std::string_view kSiteUnmatched = "site_unmatched";       ///< --site-pattern does not fit: the folder
}  // namespace remark

struct StartTime {
  std::optional<RecordingTime> time;
  std::string from;       ///< "name", "name+guano" (the offset is GUANO's), "name+zone"; empty: no time
  std::string conflicts;  ///< "guano 2024-06-01T05:30:00.000Z; zone …": what disagrees with `time`
  std::vector<ClockChange> clock_changes;
  std::string remarks;  ///< words of `remark`, with "; " between them
};

void add_remark(std::string& remarks, std::string_view word);

/// In the order of TimeSource, one at most of each.
[[nodiscard]] std::vector<TimeClaim> time_claims(std::string_view file_name, const AudioMetadata& metadata,
                                                 const StartTimeOptions& options);

/// `duration_ms`: of the recording, within which clocks may change.
[[nodiscard]] StartTime decide_start(const std::vector<TimeClaim>& claims, const StartTimeOptions& options,
                                     std::int64_t duration_ms);

}  // namespace veery
