#pragma once
// The recording that a watcher has in work: on a thread of its own, into a folder of its own, while signals, the lease
// and the time that it may take are looked after.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <veery/run/watch_options.hpp>
#include <veery/state/accusations.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/started_marks.hpp>

#include "run/network.hpp"
#include "run/suspects.hpp"
#include "run/watched_recording.hpp"
#include "run/worker_pool.hpp"

namespace veery {

class WatchedWorker {
 public:
  /// Collects what earlier processes died over. All must outlive the object. Throws Error.
  WatchedWorker(const WatchOptions& options, const Network& network, const Lease& lease);

  /// A signal has come, or another watcher has the output folder.
  [[nodiscard]] bool asked_to_end() const;

  /// Calls `meanwhile` often. None when it was asked to end and the grace was too short. Throws what the work throws.
  /// A recording that never ends takes the process with it: exit code 75, or 0 where it was asked to end.
  [[nodiscard]] std::optional<WatchedOutcome> run(const std::string& path, bool keeps_extension,
                                                  const std::function<void()>& meanwhile);

  /// Gives the files of the last recording their places in the output folder; those that have them are let be, so that
  /// it may be called again. Throws Error.
  void publish(const std::vector<std::string>& names) const;
  /// Removes what is left in the folder of the recording in work.
  void clear() const;

  /// It is finished: what processes died over it counts no longer. Throws Error.
  void forgive(const std::string& path);

  [[nodiscard]] std::vector<std::string> in_work() const;

 private:
  void keep_time();
  [[noreturn]] void leave(int code, const std::string& reason) const;

  const WatchOptions& options_;
  const Network& network_;
  const Lease& lease_;
  ProcessOptions inner_;  ///< with the folder of the recording in work as output
  Accusations accusations_;
  Suspects suspects_;
  StartedMarks marks_;
  std::optional<std::chrono::steady_clock::time_point> ending_since_;
  std::atomic<bool> dropped_ = false;
  WorkerPool pool_;  ///< last: its thread ends before what it works on goes
};

}  // namespace veery
