#pragma once
// What to expect of a job of `process` or `separate`.
#include <veery/mpi/communicator.hpp>
#include <veery/run/submit_options.hpp>

#include "run/prepared_job.hpp"

namespace veery {

/// Prints the plan and a forecast, or why there is none. Reads the archive's index, and measures for
/// `asked.calibrate_s`. On one rank.
void show_process_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                           const ProcessOptions& options);

}  // namespace veery
