#include "run/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/text.hpp>

#include "run/schedule_simulation.hpp"

namespace veery {
namespace {

constexpr std::size_t kMostNamed = 5;

const WorkUnit& unit_of(const WorkPlan& plan, int number) {
  return plan.units[static_cast<std::size_t>(number)];
}

/// What one job leaves of `order`, as a run would: a rank begins no unit that would not end in time.
struct OneJob {
  std::vector<int> left;
  double busy_s = 0.0;  ///< of all ranks
  double end_s = 0.0;   ///< of the last one
};

OneJob run_one(const WorkPlan& plan, const std::vector<int>& order, const JobSize& job, double audio_s_per_s) {
  OneJob result;
  const SimulatedSchedule schedule = simulate_schedule(plan, order, job.ranks(), {audio_s_per_s, 0.0});
  std::vector<bool> done(plan.units.size(), false);
  for (const SimulatedRank& rank : schedule.ranks) {
    double at_s = 0.0;
    for (const int unit : rank.units) {
      const double end_s = at_s + unit_of(plan, unit).audio_s / audio_s_per_s;
      if (end_s > job.time_s()) break;
      at_s = end_s;
      done[static_cast<std::size_t>(unit)] = true;
    }
    result.busy_s += at_s;
    result.end_s = std::max(result.end_s, at_s);
  }
  std::copy_if(order.begin(), order.end(), std::back_inserter(result.left),
               [&](int unit) { return !done[static_cast<std::size_t>(unit)]; });
  return result;
}

std::string describe_unit(const WorkUnit& unit, const RunPlan& plan, const JobSize& job, double audio_s_per_s) {
  const auto longest =
      std::max_element(unit.recordings.begin(), unit.recordings.end(), [&](std::size_t a, std::size_t b) {
        return plan.index.recordings[a].claimed_s() < plan.index.recordings[b].claimed_s();
      });
  std::string text = "warning: unit " + std::to_string(unit.number) + " (" + unit.split + ", shard " +
                     std::to_string(unit.shard) + ", " + std::to_string(unit.recordings.size()) + " recordings, " +
                     fixed_decimal(unit.audio_s / 3600.0, 2) + " h";
  if (longest != unit.recordings.end()) text += ", the longest " + printable(plan.index.recordings[*longest].path);
  return text + ") takes " + format_duration(unit.audio_s / audio_s_per_s) + " of the " +
         format_duration(job.time_s()) +
         " that a job has for work: it would never be done. Take a longer --walltime, or a shorter --unit-audio\n";
}

}  // namespace

Forecast make_forecast(const WorkPlan& plan, std::vector<int> order, const JobSize& job, double audio_s_per_s) {
  Forecast forecast;
  const auto is_too_long = [&](int unit) { return unit_of(plan, unit).audio_s / audio_s_per_s > job.time_s(); };
  std::copy_if(order.begin(), order.end(), std::back_inserter(forecast.too_long), is_too_long);
  std::erase_if(order, is_too_long);
  double busy_s = 0.0;
  while (!order.empty() && forecast.jobs < kMostJobs) {
    OneJob one = run_one(plan, order, job, audio_s_per_s);
    ++forecast.jobs;
    forecast.work_s += one.end_s;
    busy_s += one.busy_s;
    order = std::move(one.left);
  }
  const double all_s = forecast.work_s * job.ranks();
  forecast.waiting_share = all_s > 0.0 ? 1.0 - busy_s / all_s : 0.0;
  forecast.node_hours = forecast.work_s * job.nodes / 3600.0;
  return forecast;
}

Forecast make_training_forecast(std::int64_t steps, const JobSize& job, double steps_per_s) {
  Forecast forecast;
  forecast.work_s = static_cast<double>(steps) / steps_per_s;
  forecast.jobs = static_cast<int>(std::min<double>(std::ceil(forecast.work_s / job.time_s()), kMostJobs));
  forecast.node_hours = forecast.work_s * job.nodes / 3600.0;
  return forecast;
}

std::string describe_forecast(const Forecast& forecast, const JobSize& job) {
  const bool gives_up = forecast.jobs >= kMostJobs;
  std::string text = "forecast: " + format_duration(forecast.work_s) + " of work on " + std::to_string(job.nodes) +
                     " node(s) with " + std::to_string(job.ranks_per_node) + " rank(s) each";
  if (forecast.waiting_share) text += ", " + fixed_decimal(100.0 * *forecast.waiting_share, 1) + " % of it waiting";
  text += "; " + fixed_decimal(forecast.node_hours, 2) + " node-hours in " + (gives_up ? "at least " : "") +
          std::to_string(forecast.jobs) + " job(s) of " + format_duration(job.walltime_s) + "\n";
  if (gives_up)
    text += "warning: the job script gives up after " + std::to_string(kMostJobs) +
            " runs: take more nodes, or a longer --walltime\n";
  return text;
}

std::string describe_too_long(const Forecast& forecast, const RunPlan& plan, const JobSize& job, double audio_s_per_s) {
  std::string text;
  for (std::size_t i = 0; i < std::min(forecast.too_long.size(), kMostNamed); ++i)
    text += describe_unit(unit_of(plan.work, forecast.too_long[i]), plan, job, audio_s_per_s);
  if (forecast.too_long.size() > kMostNamed)
    text += "warning: and " + std::to_string(forecast.too_long.size() - kMostNamed) + " more such units\n";
  return text;
}

}  // namespace veery
