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
#include "run/indexing.hpp"
#include "run/labels.hpp"
#include "run/network.hpp"

namespace veery {
namespace {

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
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
  if (asked.command.device == "auto" && measured.device == "CPU" && job.site.gpus_per_node.value_or(0) > 0)
    return none("this machine has no GPU to measure on, and the job's nodes have");
  print(describe(measured, threads));
  return measured.audio_s_per_s;
}

}  // namespace

void show_process_forecast(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                           const ProcessOptions& of_job) {
  ProcessOptions options = of_job;
  options.archive = resolve_archive(options.archive);
  share_time_zone(world, options.archive);
  const RunPlan plan = plan_for(world, options);
  const JobSize size = job.size(options.time);
  if (options.threads == 0) options.threads = job.request.cores_per_rank.value_or(1);
  print(describe_plan(plan, options, size.ranks()));
  const std::optional<double> rate = find_rate(asked, job, plan, options.threads);
  if (!rate) return;
  const Forecast forecast = make_forecast(plan.work, largest_first(plan.work), size, *rate);
  print(describe_forecast(forecast, size) + describe_too_long(forecast, plan, size, *rate));
}

}  // namespace veery
