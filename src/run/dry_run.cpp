#include "run/dry_run.hpp"

#include <algorithm>
#include <cmath>

#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>

#include "run/cores.hpp"
#include "run/schedule_simulation.hpp"

namespace veery {
namespace {

struct Share {
  std::size_t units = 0;
  std::size_t recordings = 0;
  double audio_s = 0.0;
  double slices = 0.0;
};

/// At most so many: peaks may be fewer than asked for.
double expected_slices(double seconds, const SliceOptions& options) {
  if (options.mode == SliceMode::fixed) {
    const double hop_s = options.hop_s.value_or(options.interval_s);
    return options.tail == Tail::drop ? std::max(std::floor((seconds - options.interval_s) / hop_s) + 1.0, 0.0)
                                      : std::ceil(seconds / hop_s);
  }
  const double most = options.peaks.most_peaks;
  if (most <= 0.0) return seconds / options.interval_s;
  return options.whole_recording_scope() ? most : std::ceil(seconds / options.peak_scope_s) * most;
}

double memory_bound(const ProcessOptions& options, int threads) {
  // A worker holds one scope of audio with room to grow, its log-mel frames and the scope's look-ahead.
  const double scope_s = options.slices.mode == SliceMode::fixed || options.slices.whole_recording_scope()
                             ? 60.0
                             : options.slices.peak_scope_s;
  const double worker = scope_s * (options.stream.sample_rate_hz * 4.0 * 2.0 + 100.0 * 160.0 * 4.0 * 2.0) + 30e6;
  return 400e6 + threads * worker;
}

Share share_of(const std::vector<int>& units, const RunPlan& plan, const ProcessOptions& options) {
  Share share;
  for (const int number : units) {
    const WorkUnit& unit = plan.work.units[static_cast<std::size_t>(number)];
    ++share.units;
    share.recordings += unit.recordings.size();
    share.audio_s += unit.audio_s;
    for (const std::size_t i : unit.recordings) {
      const double seconds = plan.index.recordings[i].claimed_s();
      const double first_s = options.stream.first_s;
      share.slices += expected_slices(first_s > 0.0 ? std::min(seconds, first_s) : seconds, options.slices);
    }
  }
  return share;
}

std::string row(const std::string& name, const Share& share, double row_bytes) {
  return name + ": " + std::to_string(share.units) + " units, " + std::to_string(share.recordings) + " recordings, " +
         fixed_decimal(share.audio_s / 3600.0, 2) + " h, at most " + fixed_decimal(share.slices, 0) + " slices, " +
         format_bytes(share.slices * row_bytes) + " to write\n";
}

}  // namespace

std::string describe_plan(const RunPlan& plan, const ProcessOptions& options, int ranks) {
  const std::vector<int> order = largest_first(plan.work);
  const SimulatedSchedule schedule = simulate_schedule(plan.work, order, ranks, {});
  const double bytes = static_cast<double>(row_bytes(plan.schema()));
  std::string text = row("all", share_of(order, plan, options), bytes);
  for (std::size_t r = 0; r < schedule.ranks.size(); ++r)
    text += row("rank " + std::to_string(r), share_of(schedule.ranks[r].units, plan, options), bytes);
  text += "waiting: " + fixed_decimal(100.0 * schedule.waiting_share(), 1) + " % of the ranks' time, by simulation\n";
  const int threads = options.threads > 0 ? options.threads : usable_cores(ranks);
  text += "memory: at most " + format_bytes(memory_bound(options, threads)) + " a rank with " +
          std::to_string(threads) + " thread(s)\n";
  return text;
}

}  // namespace veery
