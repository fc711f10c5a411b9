#pragma once
// One rank's part of a run: takes units, keeps its threads busy, writes what they finish.
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/status_file.hpp>

#include "run/progress.hpp"
#include "run/time_budget.hpp"
#include "run/unit_work.hpp"

namespace veery {

struct WorkResult {
  std::vector<UnitRecord> records;  ///< rank 0: of the units finished in this run
  std::vector<RankProgress> ranks;  ///< rank 0
  bool left_behind = false;         ///< a thread of this rank did not come back: nothing that it uses may go
};

/// What is for the whole run; but for the hosts on rank 0 alone.
struct LeadTools {
  std::vector<std::string> hosts;  ///< of all ranks
  const Lease* lease = nullptr;
  StatusFile* status = nullptr;
  std::vector<int> order;  ///< the units to do, as they shall be handed out
};

/// Ends the whole job at once, with exit code 75, when a rank or rank 0 hangs. Throws what the work of this rank throws
/// as soon as what else it has in work is dropped; where a thread does not come back from it, ends the job instead.
[[nodiscard]] WorkResult do_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                  const RankTools& tools, const LeadTools& lead, const TimeBudget& budget,
                                  Reporter& reporter);

/// What can't be waited for: says why, notes it in the status, ends all ranks with exit code 75.
[[noreturn]] void end_job(const ProcessOptions& options, const std::string& reason);

}  // namespace veery
