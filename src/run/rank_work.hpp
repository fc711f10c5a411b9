#pragma once
// One rank's part of a run: takes units, keeps its threads busy, writes what they finish.
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"
#include "run/time_budget.hpp"
#include "run/unit_work.hpp"

namespace veery {

struct WorkResult {
  std::vector<std::string> records;  ///< rank 0: of the units finished in this run
  std::vector<RankProgress> ranks;   ///< rank 0
  bool stopped = false;              ///< a signal, or the end of the time, asked for an early end
};

/// `order`: the units to do, as they shall be handed out (rank 0's counts). `batcher`: null without separation.
[[nodiscard]] WorkResult do_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                  Batcher* batcher, const TimeBudget& budget, const std::vector<int>& order,
                                  Reporter& reporter);

}  // namespace veery
