#pragma once
// What an earlier run of the same command left behind, and whether this one may continue it.
#include <vector>

#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>

#include "run/unit_work.hpp"

namespace veery {

/// Makes the output folder ready. Throws UsageError naming each option that differs from an earlier run's, and
/// Error when the folder can't be written.
void claim_output(const ProcessOptions& options, const std::string& model_digest);

/// The records of the units that are done. Removes what a killed run left half-written; throws UsageError when
/// the archive is no longer the one that the earlier run indexed.
[[nodiscard]] std::vector<UnitRecord> resume_run(const RunPlan& plan, const ProcessOptions& options);

}  // namespace veery
