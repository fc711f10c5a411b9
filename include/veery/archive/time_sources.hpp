#pragma once
// The places where a recording tells when it began, each read by itself. What none of these forms fits gives none;
// any bytes may come. docs/times.md shows the forms.
#include <optional>
#include <string>
#include <string_view>

#include <veery/archive/recording_time.hpp>

namespace veery {

/// In the order in which they are believed.
enum class TimeSource {
  name,     ///< of the file
  guano,    ///< field Timestamp
  comment,  ///< AudioMoth's, or OpenSoundscape's
  wamd,     ///< chunk of Wildlife Acoustics (Song Meter)
  bext,     ///< chunk of Broadcast WAVE
};
inline constexpr int kTimeSources = 5;

[[nodiscard]] std::string_view to_string(TimeSource source);

/// YYYYMMDD_HHMMSS anywhere in the name (AudioMoth, with or without a final T; Song Meter 2, 3, 4, Mini, Micro), with $
/// for _ (Song Meters that have a GPS), - or T; and Frontier Labs' YYYYMMDDTHHMMSS+hhmm, with decimals in newer
/// firmware, of whose two times the first is the start.
[[nodiscard]] std::optional<RecordingTime> time_from_name(std::string_view file_name);

/// AudioMoth's names before firmware 1.3: 5CD5A2F0.WAV, seconds since 1970 UTC in hexadecimal, from 2017 to 2029.
[[nodiscard]] std::optional<RecordingTime> time_from_hexadecimal_name(std::string_view file_name);

/// GUANO's Timestamp, and ISO 8601 as others write it: 2024-06-01T05:30:00, a space for T, decimals, an offset or Z.
[[nodiscard]] std::optional<RecordingTime> time_from_timestamp(std::string_view text);

/// A comment's time, and whether the comment is one that should have a time.
struct CommentTime {
  bool expected = false;
  std::optional<RecordingTime> time;
};
/// "Recorded at 21:01:00 01/02/2021 (UTC+10) by AudioMoth …" of all firmware, and what OpenSoundscape makes of it,
/// which knows where it cut a recording.
[[nodiscard]] CommentTime time_from_comment(std::string_view comment);

/// OriginationDate and OriginationTime of a `bext` chunk, with an offset where description or coding history name one
/// as UTC+10:00 or (UTC). None and `blank` for a chunk without a date.
struct BextTime {
  bool blank = false;
  std::optional<RecordingTime> time;
};
[[nodiscard]] BextTime time_from_bext(std::string_view bytes);

/// The start time in a `wamd` chunk, as it stands there; none without one.
[[nodiscard]] std::optional<std::string> timestamp_in_wamd(std::string_view bytes);

}  // namespace veery
