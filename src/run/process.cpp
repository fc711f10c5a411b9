#include <algorithm>
#include <chrono>
#include <cstdio>
#include <unordered_set>

#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/run/commands.hpp>

#include "run/dry_run.hpp"
#include "run/indexing.hpp"
#include "run/network.hpp"
#include "run/on_lead.hpp"
#include "run/publish.hpp"
#include "run/rank_work.hpp"
#include "run/resume.hpp"
#include "run/stop_signal.hpp"

namespace veery {
namespace {

/// Units still to do, largest first; finished ones' records go to `records`.
std::vector<int> open_units(const RunPlan& plan, const ProcessOptions& options, std::vector<UnitRecord>& records) {
  records = resume_run(plan, options);
  std::unordered_set<int> done;
  for (const UnitRecord& record : records) done.insert(record.unit);
  std::vector<int> order = largest_first(plan.work);
  std::erase_if(order, [&](int unit) { return done.contains(unit); });
  return order;
}

/// Says once what every such recording goes through.
void report_resampling(const ArchiveIndex& index, int model_rate_hz, Reporter& reporter) {
  const auto other = std::count_if(index.recordings.begin(), index.recordings.end(), [&](const Recording& recording) {
    return recording.audio.sample_rate_hz != model_rate_hz;
  });
  if (other == 0) return;
  reporter.info(std::to_string(other) + " of " + std::to_string(index.recordings.size()) +
                " recordings have another rate than the model and are resampled to its " +
                std::to_string(model_rate_hz) + " Hz");
}

int conclude(const ProcessOptions& options, const RunPlan& plan, std::vector<UnitRecord> records,
             const WorkResult& result, Reporter& reporter) {
  for (const std::string& text : result.records) records.push_back(unit_record_from_json(text));
  std::sort(records.begin(), records.end(), [](const UnitRecord& a, const UnitRecord& b) { return a.unit < b.unit; });
  reporter.info(rank_table(result.ranks));
  if (records.size() < plan.work.units.size()) {
    reporter.warn("stopped early: " + std::to_string(records.size()) + " of " + std::to_string(plan.work.units.size()) +
                  " units are done; run the same command again to continue");
    return exit_code::kStopped;
  }
  const Totals totals = publish_results(options, plan, records);
  reporter.info("done: " + std::to_string(totals.slices) + " slices of " + std::to_string(totals.recordings) +
                " recordings in " + options.output.string() + "; " + std::to_string(totals.refused) + " refused, " +
                std::to_string(totals.damaged) + " damaged (quarantine.csv)");
  if (!totals.all_accounted_for())
    throw Error{"frames are unaccounted for", (options.output / output_name::kManifest).string(),
                "a defect: report it"};
  const bool bad = totals.refused > 0 || totals.damaged > 0;
  return bad && !options.allow_bad ? exit_code::kDoneWithBad : exit_code::kDone;
}

}  // namespace

int run_process(Communicator& world, const ProcessOptions& asked) {
  ProcessOptions options = asked;
  on_lead(world, [&] { static_cast<void>(resolve_archive(asked.archive)); });  // what is wrong is said once
  options.archive = resolve_archive(asked.archive);
  const bool leads = world.rank() == 0;
  const auto start = std::chrono::system_clock::now();
  const TimeBudget budget{options.time, TimeBudget::Clock::now()};
  check_options(options);
  watch_stop_signals();
  set_fft_threads(1);
  Reporter reporter{options.report, leads};
  const Network network = load_network(world, options);
  const std::string digest = network.model ? network.info()->digest : std::string{};
  if (network.model) {
    reporter.info(describe_network(network, options, world.size()));
    if (const std::string& note = network.model->device().note; !note.empty()) reporter.detail("no GPU: " + note);
  }
  if (!options.dry_run) on_lead(world, [&] { claim_output(options, digest); });
  const RunPlan plan = make_run_plan(build_index(world, options, reporter), options, network.info());
  if (network.model) report_resampling(plan.index, network.info()->sample_rate_hz, reporter);
  if (options.dry_run) {
    if (leads) std::fputs(describe_plan(plan, options, world.size()).c_str(), stdout);
    return exit_code::kDone;
  }
  std::vector<UnitRecord> records;
  std::vector<int> order;
  on_lead(world, [&] { order = open_units(plan, options, records); });
  if (!records.empty()) {
    reporter.info("continuing: " + std::to_string(records.size()) + " units are done already");
  }
  const WorkResult result = do_units(world, plan, options, network.batcher.get(), budget, order, reporter);
  const std::vector<std::string> hosts = world.gather(world.host());
  const std::vector<std::string> devices = world.gather(network.model ? network.model->device().name : "");
  if (leads && network.model) reporter.info(network_table(result.ranks, devices));
  int code = exit_code::kDone;
  on_lead(world, [&] {
    code = conclude(options, plan, std::move(records), result, reporter);
    publish_run(options, {hosts, devices, network.info()}, result.ranks, start, code);
  });
  std::string agreed = std::to_string(code);
  world.broadcast(agreed);
  return std::stoi(agreed);
}

}  // namespace veery
