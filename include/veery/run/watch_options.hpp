#pragma once
// What `veery watch` is asked to do.
#include <filesystem>

#include <veery/run/options.hpp>

namespace veery {

struct WatchOptions {
  /// The folder that is watched (`archive.archive`), the output folder, and what is made of each recording: clips,
  /// stems of recordings, or neither. Shards, splits, units and labels are not looked at.
  ProcessOptions work;
  double settle_s = 10.0;         ///< a file that stood still for so long is complete
  double poll_s = 2.0;            ///< from one look at the folder to the next
  std::filesystem::path results;  ///< one JSON object a line is appended here; empty: standard output
  bool once = false;              ///< do what is there and settled, then end
  bool remove_source = false;     ///< a recording's file goes once its results are published and noted
};

/// Throws UsageError for combinations that can't work.
void check_options(const WatchOptions& options);

/// Processes recordings as they settle, one after another, until SIGTERM, SIGINT or SIGUSR1; docs/watch.md has the
/// promises. One process, without MPI. Returns the exit code; throws UsageError when another one has the output folder,
/// or has left it with other options, and Error when the output folder fails, but waits while its disk is full.
int run_watch(const WatchOptions& options);

}  // namespace veery
