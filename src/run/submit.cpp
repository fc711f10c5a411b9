#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <optional>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/temporary_folder.hpp>
#include <veery/base/text.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/submit_options.hpp>

#include "run/calibration.hpp"
#include "run/child_process.hpp"
#include "run/cores.hpp"
#include "run/dry_run.hpp"
#include "run/fill_job_script.hpp"
#include "run/forecast.hpp"
#include "run/indexing.hpp"
#include "run/labels.hpp"
#include "run/network.hpp"
#include "run/site.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

/// All that is known before anything is read of the archive.
struct PreparedJob {
  Site site;
  JobRequest request;
  JobPlaces places;
  std::string script;
};

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
  check_request(job.site, job.request, asked.command.device());
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

/// The model is asked what it makes of audio, whatever it runs on in the job.
RunPlan plan_for(Communicator& world, const ProcessOptions& options) {
  Reporter reporter{options.report, true};
  ProcessOptions on_cpu = options;
  on_cpu.separation.device = "cpu";
  on_cpu.separation.precision = Precision::float32;
  const Network network = load_network(world, on_cpu);
  ArchiveIndex index = build_index(world, options, nullptr, reporter);
  ArchiveAnnotations annotations = share_annotations(world, options, index, reporter);
  return make_run_plan(std::move(index), options, network.info(), {}, std::move(annotations));
}

std::string describe(const Calibration& measured, int threads_of_job) {
  std::string text = "rate: " + fixed_decimal(measured.audio_s_per_s, 1) + " x real time a rank, measured on " +
                     std::to_string(measured.recordings) + " recordings (" +
                     fixed_decimal(measured.audio_s / 3600.0, 2) + " h in " + format_duration(measured.seconds) + ", " +
                     std::to_string(measured.threads) + " thread(s)" +
                     (measured.device.empty() ? "" : ", " + measured.device) + ")\n";
  if (measured.threads < threads_of_job)
    text += "note: a rank of the job has " + std::to_string(threads_of_job) + " threads, this machine " +
            std::to_string(measured.threads) + ": the job will be faster\n";
  return text;
}

/// What a rank of the job does in a second; none with the reason on standard output.
std::optional<double> find_rate(const SubmitOptions& asked, const PreparedJob& job, const RunPlan& plan, int threads) {
  const auto none = [](const std::string& why) {
    print("no forecast: " + why + "; --rate tells what a rank does (audio_s / wall_s in an earlier run's run.json)\n");
    return std::nullopt;
  };
  if (asked.rate) {
    print("rate: " + fixed_decimal(*asked.rate, 1) + " x real time a rank, as told\n");
    return asked.rate;
  }
  if (asked.calibrate_s <= 0.0) return none("nothing is measured (--calibrate 0s)");
  const Calibration measured = calibrate(asked, plan.index, job.places.program, std::min(threads, usable_cores(1)));
  if (measured.audio_s_per_s <= 0.0) return none("the measurement failed: " + measured.why_not);
  if (asked.command.device() == "auto" && measured.device == "CPU" && job.site.gpus_per_node.value_or(0) > 0)
    return none("this machine has no GPU to measure on, and the job's nodes have");
  print(describe(measured, threads));
  return measured.audio_s_per_s;
}

void show_plan_and_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job) {
  ProcessOptions options = asked.command.options;
  options.archive = resolve_archive(options.archive);
  share_time_zone(world, options.archive);
  const RunPlan plan = plan_for(world, options);
  const JobSize size{job.request.nodes, job.request.ranks_per_node.value_or(1), job.request.walltime_s,
                     options.time.stop_before_end_s};
  if (options.threads == 0) options.threads = job.request.cores_per_rank.value_or(1);
  print(describe_plan(plan, options, size.ranks()));
  const std::optional<double> rate = find_rate(asked, job, plan, options.threads);
  if (rate) print(describe_forecast(make_forecast(plan.work, size, *rate), plan, size, *rate));
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
  if (asked.command.name != "verify") show_plan_and_forecast(world, asked, job);
  publish_text(job.places.script, job.script);
  const std::string file = shell_word(job.places.script.string());
  print("script: " + file + "\n\n" + job.script + "\n");
  const std::string output = shell_word(fs::absolute(asked.command.options.output).lexically_normal().string());
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
