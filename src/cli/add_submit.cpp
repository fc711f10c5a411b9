#include "cli/add_submit.hpp"

#include <veery/base/clock_time.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>

#include "cli/parse.hpp"

namespace veery {
namespace {

/// As batch systems write times, or as veery does.
double parse_walltime_s(const std::string& text) {
  double seconds = 0.0;
  try {
    seconds = text.find(':') == std::string::npos ? parse_duration_s(text) : parse_clock_time_s(text);
  } catch (const UsageError& problem) {
    throw UsageError{problem.what(), "--walltime"};
  }
  if (seconds < 60.0 || seconds > 366.0 * 86400.0)
    throw UsageError{"the walltime is out of range", "--walltime", "1min to 366d"};
  return seconds;
}

void add_request(CLI::App& command, JobRequest& job) {
  command.add_option("--site", job.site, "Where: polaris, bebop, swing, slurm, pbs, or another folder of --jobs")
      ->required()
      ->type_name("NAME");
  command.add_option("--nodes", job.nodes, "Nodes of the job")->required()->type_name("N");
  command
      .add_option_function<std::string>(
          "--walltime", [&job](const std::string& text) { job.walltime_s = parse_walltime_s(text); },
          "Time that the job asks for: 3h, 90min, 03:00:00")
      ->required()
      ->type_name("TIME");
  command.add_option("--account", job.account, "Project that is charged")->type_name("NAME");
  command.add_option("--queue,--partition", job.queue, "Queue, or partition of Slurm")->type_name("NAME");
  command.add_option("--job-name", job.name, "Name of the job, and of the script")->type_name("NAME");
  command.add_option("--filesystems", job.file_systems, "That the job needs, where the site asks for them: home:eagle")
      ->type_name("NAMES");
  command.add_option("--ranks-per-node", job.ranks_per_node, "Ranks on each node")->type_name("N");
  command.add_option("--cores-per-rank", job.cores_per_rank, "Cores of each rank, where the site leaves the choice")
      ->type_name("N");
  command.add_option("--modules", job.modules, "Modules that veery was built with, with blanks between them")
      ->type_name("NAMES");
  command.add_option("--mpi", job.mpi, "Slurm: one of `srun --mpi=list`")->type_name("NAME");
}

}  // namespace

void add_submit(CLI::App& app, SubmitArguments& arguments) {
  SubmitOptions& options = arguments.options;
  CLI::App& command =
      *app.add_subcommand("submit", "Write a job script, say what to expect of the job, submit it with --yes");
  add_request(command, options.job);
  command.add_option("--jobs", options.jobs, "Folder with the sites' scripts (default: the one that came with veery)")
      ->type_name("DIR");
  command.add_option("--script", options.script, "Script to write (default: JOB-NAME.pbs or .sbatch, here)")
      ->type_name("FILE")
      ->configurable(false);
  command.add_flag("--overwrite", options.overwrite, "Even if there is another file of that name")->configurable(false);
  add_duration(command, "--calibrate", options.calibrate_s,
               "Measure the rate of process or separate on a few recordings for so long; 0s: not at all", "20s");
  command
      .add_option("--rate", options.rate,
                  "Rate to forecast with, instead of measuring: of a rank (x real time), or a training's of all ranks "
                  "(views/s)")
      ->check(above_zero())
      ->type_name("X");
  command.add_flag("--yes", options.yes, "Submit the job; without this nothing is submitted")->configurable(false);
  command.add_option("COMMAND", arguments.command, "The job's command, as on a command line of its own")
      ->required()
      ->type_name("")
      ->configurable(false);
  command.footer(
      "veery submit --site polaris --nodes 10 --walltime 3h --queue prod --account birds -- process ARCHIVE -o OUT\n\n"
      "Behind the -- stands process, separate, train or verify with its options. Nothing is submitted without\n"
      "--yes. The job runs again until all is done: jobs/README.md.");
}

}  // namespace veery
