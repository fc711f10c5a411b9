#pragma once
// The command of a job, read as it will be read there.
#include <CLI/CLI.hpp>

#include <veery/run/submit_options.hpp>

#include "cli/arguments.hpp"

namespace veery {

/// `app` has parsed the command into `arguments`. Its options come out as words for a script: those of the command line
/// and of the environment, which the job doesn't inherit, and the configuration file's place; paths become absolute.
/// Throws UsageError for a command that is no job, for options that the job script gives itself, and as
/// `check_options`.
[[nodiscard]] JobCommand read_job_command(const CLI::App& app, Arguments& arguments, double walltime_s, int argc,
                                          char** argv);

}  // namespace veery
