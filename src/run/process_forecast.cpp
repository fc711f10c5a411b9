#include "run/process_forecast.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>

#include "run/calibration.hpp"
#include "run/cores.hpp"
#include "run/dry_run.hpp"
#include "run/finished_units.hpp"
#include "run/indexing.hpp"
#include "run/labels.hpp"
#include "run/network.hpp"
#include "run/resume.hpp"

namespace veery {
namespace {

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
}

struct WorkLeft {
  RunPlan plan;
  std::vector<int> units;  ///< largest first
};

/// The model is asked what it makes of audio, whatever it runs on in the job.
WorkLeft look_at_work(Communicator& world, const ProcessOptions& options) {
  Reporter reporter{options.report, true};
  ProcessOptions on_cpu = options;
  on_cpu.separation.device = "cpu";
  on_cpu.separation.precision = Precision::float32;
  const Network network = load_network(world, on_cpu);
  check_earlier_options(options, network.model ? network.info()->digest : std::string{});
  ArchiveIndex index = build_index(world, options, nullptr, reporter);
  ArchiveAnnotations annotations = share_annotations(world, options, index, reporter);
  WorkLeft work;
  work.plan = make_run_plan(std::move(index), options, network.info(), earlier_placements(world, options),
                            std::move(annotations));
  check_earlier_index(work.plan, options);
  work.units = open_units(work.plan, find_units_to_keep(world, work.plan, options, reporter));
  return work;
}

std::string describe_done(const WorkLeft& work) {
  const std::size_t all = work.plan.work.units.size();
  if (work.units.size() == all) return "";
  return "done already: " + std::to_string(all - work.units.size()) + " of " + std::to_string(all) +
         " units, by an earlier run\n";
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
  if (asked.command.device == "auto" && measured.device == "CPU" && job.site.gpus_per_node.value_or(0) > 0)
    return none("this machine has no GPU to measure on, and the job's nodes have");
  print(describe(measured, threads));
  return measured.audio_s_per_s;
}

}  // namespace

void show_process_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                           const ProcessOptions& of_job) {
  ProcessOptions options = of_job;
  options.earlier.check = false;  // reads the whole output, and is for the job
  options.archive = resolve_archive(options.archive);
  share_time_zone(world, options.archive);
  const WorkLeft work = look_at_work(world, options);
  const JobSize size = job.size(options.time);
  if (options.threads == 0) options.threads = job.request.cores_per_rank.value_or(1);
  print(describe_plan(work.plan, options, size.ranks()) + describe_done(work));
  if (work.units.empty() && !work.plan.work.units.empty()) return print(std::string{kNothingLeft});
  const std::optional<double> rate = find_rate(asked, job, work.plan, options.threads);
  if (!rate) return;
  const Forecast forecast = make_forecast(work.plan.work, work.units, size, *rate);
  print(describe_forecast(forecast, size) + describe_too_long(forecast, work.plan, size, *rate));
}

}  // namespace veery
