#pragma once
// How a plan's units would go to any number of ranks, without ranks: the same dealer, and a clock that only counts.
#include <vector>

#include <veery/archive/work_plan.hpp>

namespace veery {

/// What is assumed of every rank. One unit's writing goes on beside the reading of the next, as in a run, and is
/// left out, and so are messages: they take milliseconds.
struct AssumedSpeed {
  double audio_s_per_s = 500.0;  ///< that a rank reads, all its threads together
  double unit_s = 0.0;           ///< that each unit takes besides
};

struct SimulatedRank {
  std::vector<int> units;  ///< in the order of its work
  double busy_s = 0.0;
};

struct SimulatedSchedule {
  std::vector<SimulatedRank> ranks;
  double makespan_s = 0.0;  ///< until the last unit is done

  /// Of all ranks' time until then, the part without work, 0…1.
  [[nodiscard]] double waiting_share() const;
};

/// Replays a run in which all ranks ask at once and work at one speed. A pure function; ranks that ask at the same
/// instant are served by number. `order`: of the units, as they are handed out.
[[nodiscard]] SimulatedSchedule simulate_schedule(const WorkPlan& plan, const std::vector<int>& order, int ranks,
                                                  const AssumedSpeed& speed);

}  // namespace veery
