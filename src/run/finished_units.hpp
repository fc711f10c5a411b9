#pragma once
// The units that earlier runs finished, looked at by all ranks: which still hold.
#include <functional>
#include <string>
#include <vector>

#include <veery/manifest/unit_record.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/run_plan.hpp"

namespace veery {

/// On rank 0; elsewhere empty.
struct FinishedUnits {
  std::vector<UnitRecord> records;    ///< of the units that hold, ascending
  std::vector<std::string> changed;   ///< recordings that are others than when their unit was made
  std::vector<std::string> problems;  ///< why other units have to be made anew
};

/// A unit holds when its record has the plan's fingerprint, all its recordings could be read, and none has changed: one
/// whose file was touched since the record was written is compared by digest. With `--check` its published files are
/// read again, too. `must_stop` is asked before a file is read: where it says so on any rank, AgreedFailure (stopped)
/// on all. Null: nothing stops it, and records are left as they are; else those of touched recordings that are the same
/// are dated anew, and a later run need not compare them. Collective.
[[nodiscard]] FinishedUnits find_finished_units(Communicator& world, const RunPlan& plan, const ProcessOptions& options,
                                                const std::function<bool()>& must_stop);

/// Units still to do, largest first.
[[nodiscard]] std::vector<int> open_units(const RunPlan& plan, const std::vector<UnitRecord>& records);

}  // namespace veery
