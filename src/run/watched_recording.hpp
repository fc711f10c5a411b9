#pragma once
// One recording of a watched folder: the work that a run does for it, into a folder of its own, and its line of
// results.
#include <atomic>
#include <optional>
#include <string>

#include <veery/archive/archive_index.hpp>
#include <veery/run/options.hpp>
#include <veery/state/started_marks.hpp>

#include "run/network.hpp"
#include "run/recording_work.hpp"
#include "run/settling.hpp"
#include "run/suspects.hpp"
#include "run/watch_journal.hpp"

namespace veery {

/// What all recordings share.
struct WatchTools {
  const Network& network;
  StartedMarks& marks;
  const Suspects& suspects;
};

struct WatchedOutcome {
  std::optional<Recording> recording;  ///< none: it was refused by its header
  RecordingOutcome work;
  double seconds = 0.0;  ///< that it took

  /// Whether the file system failed, so that more may be read another time.
  [[nodiscard]] bool is_unreadable() const;
};

/// Writes below `options.output`, which exists. Throws Error for our own outputs and the model, Dropped soon after
/// `dropped` was set.
[[nodiscard]] WatchedOutcome process_watched(const ProcessOptions& options, const std::string& path,
                                             bool keeps_extension, const WatchTools& tools,
                                             const std::atomic<bool>& dropped);

[[nodiscard]] FinishedRecording finished_of(const std::string& path, const FileState& state,
                                            const WatchedOutcome& outcome);

/// One line of JSON, without its line feed (docs/watch.md). `again`: the recording was finished before, and changed.
[[nodiscard]] std::string result_to_text(const FinishedRecording& finished, const WatchedOutcome& outcome,
                                         int sample_rate_hz, bool again);

}  // namespace veery
