#pragma once
// Why a recording, or a stretch of one, can't be used. Expected, so a value and a table row, not an exception.
#include <string>
#include <string_view>
#include <variant>

namespace veery {

enum class Reason {
  empty,            ///< the file has no bytes
  header_only,      ///< a valid header and no sample behind it
  unreadable,       ///< the system does not let us read it, or failed while it was read
  changed,          ///< its size is not the index's: it was being written, or replaced
  no_audio,         ///< not an audio file that libsndfile knows, or a broken header
  zero_channels,    ///<
  absurd_rate,      ///< outside 1 kHz … 2 MHz
  not_utf8,         ///< its name can't stand in tables
  outside_archive,  ///< a listed path that leaves the archive
  no_such_channel,  ///< fewer channels than --channels asks for
  truncated,        ///< the header promises more than the file holds
  broken_frame,     ///< the decoder gave up before the end
  not_finite,       ///< NaN, infinity or beyond 1e15 (zero-filled; no slice touches them)
  not_separated,    ///< the separation model gives NaN for it
  ends_process,     ///< processes that read it die, or don't come to an end
};

[[nodiscard]] std::string_view reason_name(Reason reason);
/// The reverse of `reason_name`. Throws Error for another text.
[[nodiscard]] Reason reason_from_name(std::string_view name);

struct Refusal {
  Reason reason = Reason::no_audio;
  std::string detail;  ///< in the words of the system or the decoder
};

template <typename Value>
using OrRefusal = std::variant<Value, Refusal>;

}  // namespace veery
