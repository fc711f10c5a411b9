#pragma once
// What to expect of a job of `process` or `separate`.
#include <veery/mpi/communicator.hpp>
#include <veery/run/submit_options.hpp>

#include "run/prepared_job.hpp"

namespace veery {

/// Prints the plan and, of the units that are left to do, a forecast or why there is none. Reads the archive's index
/// and the records of finished units, changes nothing, and measures for `asked.calibrate_s`. Throws UsageError when the
/// output folder holds a run with other options, or recordings have changed since. On one rank.
void show_process_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                           const ProcessOptions& options);

}  // namespace veery
