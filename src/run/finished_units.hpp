#pragma once
// The units that earlier runs finished, looked at by all ranks: which still hold.
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
/// read again, too. Collective.
[[nodiscard]] FinishedUnits find_finished_units(Communicator& world, const RunPlan& plan,
                                                const ProcessOptions& options);

/// Units still to do, largest first.
[[nodiscard]] std::vector<int> open_units(const RunPlan& plan, const std::vector<UnitRecord>& records);

}  // namespace veery
