#pragma once
// How far a run is, for people: one live line on a terminal, plain lines elsewhere, a table at the end.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <veery/run/options.hpp>

namespace veery {

/// Counters of one rank; sent as bytes.
struct RankProgress {
  double units = 0.0;
  double recordings = 0.0;
  double bad = 0.0;  ///< recordings refused or damaged
  double slices = 0.0;
  double audio_s = 0.0;   ///< recorded time that was read
  double decode_s = 0.0;  ///< summed over the rank's threads
  double peaks_s = 0.0;
  double write_s = 0.0;
  double wait_s = 0.0;        ///< with nothing to do
  double wall_s = 0.0;        ///< from its first wish for a unit
  double separated_s = 0.0;   ///< audio that went through the network
  double network_s = 0.0;     ///< wall time in it, a mean over the threads that run it
  double read_retries = 0.0;  ///< reads of recordings that failed and were tried again

  RankProgress& operator+=(const RankProgress& other);
};

/// The ranks began together: who was done before the last one waited for it.
[[nodiscard]] std::vector<RankProgress> until_the_last(std::vector<RankProgress> ranks);

/// What the whole run amounts to.
struct Workload {
  double recordings = 0.0;
  double audio_s = 0.0;
};

/// "12/60 recordings, 3.2 of 5.0 h, 612x real time, 190 slices, 1 bad, 0h02m left"
[[nodiscard]] std::string progress_line(const std::vector<RankProgress>& ranks, const Workload& workload,
                                        double elapsed_s);
[[nodiscard]] std::string rank_table(const std::vector<RankProgress>& ranks);
/// `text` with spaces in front.
[[nodiscard]] std::string padded(const std::string& text, std::size_t width);

/// Speaks on standard error and into the log file; rank 0's alone does so. Silent when quiet.
class Reporter {
 public:
  Reporter(const ReportOptions& options, bool speaks);
  ~Reporter();
  Reporter(const Reporter&) = delete;
  Reporter& operator=(const Reporter&) = delete;

  void info(const std::string& line);
  void detail(const std::string& line);  ///< with --verbose
  void warn(const std::string& line);    ///< even when quiet

  /// Shows the line that `describe` makes, if it is time to.
  void show_progress(const std::function<std::string()>& describe);
  /// Seconds since this object began.
  [[nodiscard]] double elapsed_s() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace veery
