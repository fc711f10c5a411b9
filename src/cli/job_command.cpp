#include "cli/job_command.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include <veery/base/error.hpp>
#include <veery/run/environment.hpp>

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

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

bool is_path(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with("FILE") || type.starts_with("DIR");
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
      if (process_environment(option->get_envname())) continue;
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

}  // namespace

JobCommand read_job_command(const CLI::App& app, Arguments& arguments, double walltime_s, int argc, char** argv) {
  const CLI::App& command = *app.get_subcommands().front();
  JobCommand job;
  job.name = command.get_name();
  if (job.name == "verify") {
    job.options.output = arguments.verify_output;
    return job;
  }
  if (job.name != "process" && job.name != "separate")
    throw UsageError{"there is no job script for this command", job.name, "process, separate or verify"};
  ProcessOptions& options = job.name == "process" ? arguments.process : arguments.separate;
  job.words = words_of(app, command);
  complete_options(options, command, argc, argv);
  options.time.walltime_s = walltime_s;
  check_options(options);
  job.options = options;
  return job;
}

}  // namespace veery
