#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <limits>
#include <variant>

#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/base/text.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/submit_options.hpp>

#include "run/child_process.hpp"
#include "run/prepared_job.hpp"
#include "run/process_forecast.hpp"
#include "run/training_forecast.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
}

PreparedJob prepare(const SubmitOptions& asked) {
  PreparedJob job;
  job.places.program = fs::read_symlink("/proc/self/exe");
  job.places.jobs = find_jobs_folder(asked.jobs, job.places.program);
  job.site = read_site(job.places.jobs, asked.job.site);
  const fs::path shipped = job.places.jobs / job.site.name / (asked.command.name + job.site.script_extension());
  JobScript script{shipped, read_text(shipped)};
  job.request = complete_request(script, job.site, asked.job);
  check_request(job.site, job.request, asked.command.device);
  if (const auto* training = std::get_if<TrainOptions>(&asked.command.options))
    check_ranks(*training, job.size(training->time).ranks());
  const fs::path name = job.request.name + job.site.script_extension();
  job.places.script = fs::absolute(asked.script.empty() ? name : asked.script).lexically_normal();
  fill_job_script(script, job.site, job.request, asked.command, job.places);
  job.script = script.text();
  return job;
}

/// A job that goes on submits its script as it is then: it must not become another job's by chance.
void refuse_to_replace(const PreparedJob& job, bool overwrite) {
  const fs::path& file = job.places.script;
  std::error_code ignored;
  if (overwrite || !fs::exists(fs::symlink_status(file, ignored))) return;
  if (fs::is_regular_file(file, ignored) && read_text(file) == job.script) return;
  throw UsageError{"there is another file of that name", file.string(), "give --overwrite, or another --script"};
}

void show_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job) {
  if (const auto* options = std::get_if<ProcessOptions>(&asked.command.options))
    show_process_forecast(world, asked, job, *options);
  if (const auto* options = std::get_if<TrainOptions>(&asked.command.options))
    print(describe_training_job(world, asked, job, *options));
}

/// The job's id, as qsub or sbatch prints it; what else they say is on standard error already.
std::string submit(const PreparedJob& job, const std::vector<std::string>& environment) {
  const TemporaryFolder folder;
  const fs::path said = folder.path() / "said";
  const std::string program = job.site.submit_program();
  std::vector<std::string> words{program};
  if (job.site.is_slurm) words.emplace_back("--parsable");
  words.push_back(job.places.script.string());
  const pid_t child = start_child({program, words, environment, said, ""});
  const int status = wait_for_child(child, std::numeric_limits<double>::infinity()).value_or(-1);
  const std::string how = WIFEXITED(status) ? "exit code " + std::to_string(WEXITSTATUS(status)) : "a signal";
  if (status != 0)
    throw Error{program + " has not taken the job (" + how + ")", job.places.script.string(), "see its message"};
  std::string id = read_text(said);
  id.erase(id.find_last_not_of("\r\n ") + 1);
  return printable(id);
}

}  // namespace

int run_submit(Communicator& world, const SubmitOptions& asked) {
  if (world.size() > 1)
    throw UsageError{"jobs are submitted by one process", "veery submit", "start it without mpirun"};
  const PreparedJob job = prepare(asked);
  refuse_to_replace(job, asked.overwrite);
  show_forecast(world, asked, job);
  publish_text(job.places.script, job.script);
  const std::string file = shell_word(job.places.script.string());
  print("script: " + file + "\n\n" + job.script + "\n");
  const std::string output = shell_word(fs::absolute(asked.command.output).lexically_normal().string());
  if (asked.yes) {
    print("submitted: job " + submit(job, asked.environment) + "\n");
  } else {
    print("not submitted: give --yes, or submit it with: " + std::string{job.site.submit_program()} + " " + file +
          "\n");
  }
  print("how it goes: veery status " + output + "\n");
  return exit_code::kDone;
}

}  // namespace veery
