#pragma once
// The command `submit`. What stands behind its `--` is the command of the job (job_command.hpp).
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include <veery/run/submit_options.hpp>

namespace veery {

struct SubmitArguments {
  SubmitOptions options;
  std::vector<std::string> command;  ///< not read yet
};

/// For who left out the `--`.
inline constexpr const char* kSubmitUsage =
    "put -- before the job's command: veery submit --site S --nodes N --walltime T -- process ARCHIVE -o OUT";

void add_submit(CLI::App& app, SubmitArguments& arguments);

}  // namespace veery
