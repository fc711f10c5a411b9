#include "cli/job_command.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/run/environment.hpp>

#include "cli/configuration.hpp"

namespace veery {
namespace {

/// Each run of a job would do these again, or the script gives them.
const std::map<std::string, const char*, std::less<>>& not_for_jobs() {
  static const std::map<std::string, const char*, std::less<>> kOptions{
      {"restart", "each run of the job would begin anew: remove the output folder yourself"},
      {"dry-run", "veery submit shows the plan"},
      {"walltime", "give it to submit, in front of the --"},
      {"deadline", "the job script asks the scheduler for it"},
      {"log-file", "the job's log is OUT.log"},
      {"try-recording", "it is for veery itself"},
      {"try-header", "it is for veery itself"},
  };
  return kOptions;
}

std::string absolute(const std::filesystem::path& path) {
  return path.empty() ? "" : std::filesystem::absolute(path).lexically_normal().string();
}

/// By the command line or the environment; what only the configuration file says, that file will say again.
bool was_given(const CLI::App& command, const CLI::Option& option) {
  const auto& given = command.parse_order();
  if (std::find(given.begin(), given.end(), &option) != given.end()) return true;
  return option.count() > 0 && !process_environment(option.get_envname()).value_or("").empty();
}

std::vector<std::string> words_of(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> words;
  const CLI::Option* configuration = app.get_config_ptr();
  if (configuration->count() > 0) words.push_back("--config=" + absolute(configuration->results().front()));
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || !was_given(command, *option)) continue;
    const std::string name = option->get_lnames().front();
    if (const auto found = not_for_jobs().find(name); found != not_for_jobs().end()) {
      if (!process_environment(option->get_envname()).value_or("").empty()) continue;
      throw UsageError{"not an option for a job", "--" + name, found->second};
    }
    if (name == "output" || name == "scratch") continue;  // settings of the script
    for (const std::string& value : option->results()) {
      const bool is_set_flag = option->get_expected_min() == 0 && value == "true";
      words.push_back("--" + name + (is_set_flag ? "" : "=" + (is_path(*option) ? absolute(value) : value)));
    }
  }
  return words;
}

/// Checked, as in the job.
template <typename Options>
Options completed(Options options, const CLI::App& command, double walltime_s, int argc, char** argv) {
  complete_options(options, command, argc, argv);
  options.time.walltime_s = walltime_s;
  check_options(options);
  return options;
}

JobCommand job_of(const ProcessOptions& options) {
  JobCommand job;
  job.archive = options.archive.archive;
  job.output = options.output;
  job.scratch = options.scratch;
  if (options.separation.what != Separate::nothing) job.device = options.separation.device;
  job.threads = options.threads;
  job.options = options;
  return job;
}

JobCommand job_of(const TrainOptions& options) {
  if (options.schedule.most_hours > 0)
    throw UsageError{"not an option for a job", "--max-hours", "each run of the job would count anew: give --steps"};
  JobCommand job;
  const std::vector<std::filesystem::path>& datasets = options.data.datasets;
  job.archive = datasets.front();
  std::transform(datasets.begin() + 1, datasets.end(), std::back_inserter(job.words), absolute);
  job.output = options.output;
  job.device = options.device;
  job.threads = options.threads;
  job.options = options;
  return job;
}

JobCommand job_of_verify(const std::filesystem::path& output) {
  JobCommand job;
  job.output = output;
  return job;
}

}  // namespace

JobCommand read_job_command(const CLI::App& app, Arguments& arguments, double walltime_s, int argc, char** argv) {
  const CLI::App& command = *app.get_subcommands().front();
  const std::string& name = command.get_name();
  const auto read = [&](const auto& options) {
    const std::vector<std::string> words = words_of(app, command);
    JobCommand job = job_of(completed(options, command, walltime_s, argc, argv));
    job.words.insert(job.words.end(), words.begin(), words.end());
    return job;
  };
  JobCommand job;
  if (name == "process") {
    job = read(arguments.process);
  } else if (name == "separate") {
    job = read(arguments.separate);
  } else if (name == "train") {
    job = read(arguments.train);
  } else if (name == "verify") {
    job = job_of_verify(arguments.verify_output);
  } else {
    throw UsageError{"there is no job script for this command", name, "process, separate, train or verify"};
  }
  job.name = name;
  return job;
}

}  // namespace veery
