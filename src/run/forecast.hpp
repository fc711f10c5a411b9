#pragma once
// What becomes of a plan in jobs of a given size: how many it takes, how long, how much of it is waiting.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
  int jobs = 0;                         ///< each goes on where the one before ended; `kMostJobs`: or more
  double work_s = 0.0;                  ///< of all jobs together, without the time in queues
  std::optional<double> waiting_share;  ///< of all ranks' time, 0…1; none: not known
  double node_hours = 0.0;
  std::vector<int> too_long;  ///< units that no such job can finish; the rest is forecast without them
};

/// What stands in the place of a forecast.
inline constexpr std::string_view kNothingLeft = "forecast: nothing is left to do, the job would end at once\n";

/// A pure function. `order`: the units that are to be done, as they are handed out. `audio_s_per_s`: that a rank does.
/// Starts of jobs, and what their index takes, are left out.
[[nodiscard]] Forecast make_forecast(const WorkPlan& plan, std::vector<int> order, const JobSize& job,
                                     double audio_s_per_s);

/// Of a training, which any job may leave after any step. `steps_per_s`: of all ranks together.
[[nodiscard]] Forecast make_training_forecast(std::int64_t steps, const JobSize& job, double steps_per_s);

/// For people: the time, and jobs that it takes.
[[nodiscard]] std::string describe_forecast(const Forecast& forecast, const JobSize& job);
/// A line for each unit that is too long, with its longest recording.
[[nodiscard]] std::string describe_too_long(const Forecast& forecast, const RunPlan& plan, const JobSize& job,
                                            double audio_s_per_s);

}  // namespace veery
