#pragma once
// What becomes of a plan in jobs of a given size: how many it takes, how long, how much of it is waiting.
#include <string>
#include <vector>

#include "run/run_plan.hpp"

namespace veery {

struct JobSize {
  int nodes = 1;
  int ranks_per_node = 1;
  double walltime_s = 0.0;
  double stop_before_end_s = 0.0;

  [[nodiscard]] int ranks() const { return nodes * ranks_per_node; }
  /// In which units are begun and done.
  [[nodiscard]] double time_s() const { return walltime_s - stop_before_end_s; }
};

/// After so many the job scripts give up (MAX_RUNS of run_until_done.sh).
inline constexpr int kMostJobs = 100;

struct Forecast {
  int jobs = 0;                ///< each goes on where the one before ended; `kMostJobs`: or more
  double work_s = 0.0;         ///< of all jobs together, without the time in queues
  double waiting_share = 0.0;  ///< of all ranks' time, 0…1
  double node_hours = 0.0;
  std::vector<int> too_long;  ///< units that no such job can finish; the rest is forecast without them
};

/// A pure function. `audio_s_per_s`: that a rank does. Starts of jobs, and what their index takes, are left out.
[[nodiscard]] Forecast make_forecast(const WorkPlan& plan, const JobSize& job, double audio_s_per_s);

/// For people; names each unit that is too long, with its longest recording.
[[nodiscard]] std::string describe_forecast(const Forecast& forecast, const RunPlan& plan, const JobSize& job,
                                            double audio_s_per_s);

}  // namespace veery
