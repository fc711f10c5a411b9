#pragma once
// What an earlier run of the same command left behind, and whether this one may continue it.
#include <functional>
#include <string>
#include <vector>

#include <veery/manifest/unit_record.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"
#include "run/run_plan.hpp"

namespace veery {

/// Whether an earlier run has begun the output folder, and with these options. Throws UsageError naming each option
/// that differs.
bool check_earlier_options(const ProcessOptions& options, const std::string& model_digest);

/// Whether an earlier run has indexed just this archive. Throws UsageError, naming a recording, where it was another;
/// with `--extend` only where one is gone. Throws Error where one can't be read now.
bool check_earlier_index(const RunPlan& plan, const ProcessOptions& options);

/// Makes the output folder ready; with `--restart` removes an earlier run's files, by their names. Throws as
/// `check_earlier_options`, and Error when the folder can't be written.
void claim_output(const ProcessOptions& options, const std::string& model_digest);

/// Where earlier runs put recordings, when this plan has to keep to it: after `--extend`. Collective.
[[nodiscard]] Placements earlier_placements(Communicator& world, const ProcessOptions& options);

/// The records of the units that are done, on rank 0. Removes what a killed run left half-written; throws
/// AgreedFailure when the archive is no longer the one that the earlier run indexed, when recordings have changed
/// since, and (stopped) when `must_stop` says so while files have to be read. Collective.
[[nodiscard]] std::vector<UnitRecord> resume_run(
    Communicator& world, const RunPlan& plan, const ProcessOptions& options, Reporter& reporter,
    const std::function<bool()>& must_stop = [] { return false; });

/// The records alone; without `must_stop` it changes nothing. Throws AgreedFailure as above. Collective.
[[nodiscard]] std::vector<UnitRecord> find_units_to_keep(Communicator& world, const RunPlan& plan,
                                                         const ProcessOptions& options, Reporter& reporter,
                                                         const std::function<bool()>& must_stop = {});

}  // namespace veery
