#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <optional>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/scratch_folder.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/run/commands.hpp>
#include <veery/state/accusations.hpp>
#include <veery/state/lease.hpp>
#include <veery/state/started_marks.hpp>
#include <veery/state/status_file.hpp>

#include "run/cores.hpp"
#include "run/dry_run.hpp"
#include "run/finished_units.hpp"
#include "run/indexing.hpp"
#include "run/labels.hpp"
#include "run/network.hpp"
#include "run/on_lead.hpp"
#include "run/publish.hpp"
#include "run/rank_work.hpp"
#include "run/resume.hpp"
#include "run/stop_signal.hpp"
#include "run/suspects.hpp"
#include "run/tfrecord_names.hpp"
#include "run/time_budget.hpp"

namespace veery {
namespace {

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

/// Recordings that are left out because processes died over them.
std::vector<std::string> guilty_recordings(const ArchiveIndex& index, const std::vector<UnitRecord>& records) {
  std::vector<std::string> guilty;
  for (const RefusedRecording& refused : index.refused) {
    if (refused.refusal.reason == Reason::ends_process) guilty.push_back(header_mark(refused.path));
  }
  for (const UnitRecord& record : records) {
    for (const LostRow& lost : record.lost) {
      if (lost.refusal.reason == Reason::ends_process) guilty.push_back(lost.path);
    }
  }
  return guilty;
}

void warn_of_retries(const std::vector<RankProgress>& ranks, Reporter& reporter) {
  RankProgress sum;
  for (const RankProgress& rank : ranks) sum += rank;
  if (sum.read_retries <= 0.0) return;
  reporter.warn(fixed_decimal(sum.read_retries, 0) +
                " reads of recordings failed and were tried again: look after the archive's file system");
}

int conclude(const ProcessOptions& options, const RunPlan& plan, std::vector<UnitRecord> records, WorkResult& result,
             const Accusations& accusations, Reporter& reporter) {
  std::move(result.records.begin(), result.records.end(), std::back_inserter(records));
  std::sort(records.begin(), records.end(), [](const UnitRecord& a, const UnitRecord& b) { return a.unit < b.unit; });
  reporter.info(rank_table(result.ranks));
  warn_of_retries(result.ranks, reporter);
  if (records.size() < plan.work.units.size()) {
    reporter.warn("stopped early: " + std::to_string(records.size()) + " of " + std::to_string(plan.work.units.size()) +
                  " units are done; run the same command again to continue");
    return exit_code::kStopped;
  }
  for (UnitRecord& record : records) rename_by_counts(record, plan.shard_counts);
  const Totals totals = publish_results(options, plan, records);
  keep_accusations(options.output, accusations, guilty_recordings(plan.index, records));
  reporter.info("done: " + std::to_string(totals.slices) + " slices of " + std::to_string(totals.recordings) +
                " recordings in " + options.output.string() + "; " + std::to_string(totals.refused) + " refused, " +
                std::to_string(totals.damaged) + " damaged (quarantine.csv)");
  if (!totals.all_accounted_for())
    throw Error{"frames are unaccounted for", (options.output / output_name::kManifest).string(),
                "a defect: report it"};
  const bool bad = totals.refused > 0 || totals.damaged > 0;
  return bad && !options.allow_bad ? exit_code::kDoneWithBad : exit_code::kDone;
}

int show_plan(Communicator& world, const ProcessOptions& options, const Network& network, Reporter& reporter) {
  ArchiveIndex index = build_index(world, options, nullptr, reporter);
  ArchiveAnnotations annotations = share_annotations(world, options, index, reporter);
  const RunPlan plan = make_run_plan(std::move(index), options, network.info(), {}, std::move(annotations));
  if (world.rank() == 0) std::fputs(describe_plan(plan, options, world.size()).c_str(), stdout);
  return exit_code::kDone;
}

/// Of all ranks, on all ranks: who hangs is told by the others.
std::vector<std::string> share_hosts(Communicator& world) {
  std::string text;
  for (const std::string& host : world.gather(world.host())) text += csv_row({host});
  world.broadcast(text);
  std::vector<std::string> hosts;
  for (auto& row : parse_csv(text)) hosts.push_back(std::move(row.front()));
  return hosts;
}

Accusations share_accusations(Communicator& world, const ProcessOptions& options) {
  std::string text;
  on_lead(world, [&] { text = to_text(collect_accusations(options.output)); });
  world.broadcast(text);
  return accusations_from_text(text);
}

/// The output folder is ours: from the index to the manifest.
int work(Communicator& world, const ProcessOptions& options, const Network& network, const Moment& start,
         std::optional<Lease>& lease, Reporter& reporter) {
  const std::vector<std::string> hosts = share_hosts(world);
  StatusFile status{options.output, world.host()};
  if (world.rank() == 0) status.running({});
  on_lead(world, [&] { claim_output(options, network.model ? network.info()->digest : std::string{}); });
  const Suspects suspects{share_accusations(world, options), options};
  std::optional<StartedMarks> marks;
  marks.emplace(options.output / output_name::marks(world.rank()),
                static_cast<std::size_t>(threads_of_rank(options.threads, world.ranks_on_node())));
  const RankTools tools{network.batcher.get(), *marks, suspects};
  ArchiveIndex index = build_index(world, options, &tools, reporter);
  ArchiveAnnotations annotations = share_annotations(world, options, index, reporter);
  const RunPlan plan = make_run_plan(std::move(index), options, network.info(), earlier_placements(world, options),
                                     std::move(annotations));
  if (network.model) report_resampling(plan.index, network.info()->sample_rate_hz, reporter);
  const TimeBudget budget{options.time, start};
  const auto must_stop = [&] { return stop_requested() || budget.left_s() <= 0.0 || (lease && lease->lost()); };
  std::vector<UnitRecord> records = resume_run(world, plan, options, reporter, must_stop);
  LeadTools lead{hosts, lease ? &*lease : nullptr, &status, {}};
  on_lead(world, [&] {
    lead.order = open_units(plan, records);
    std::error_code ignored;  // what an earlier manifest says will not be true while units are done
    if (!lead.order.empty()) std::filesystem::remove(options.output / output_name::kManifest, ignored);
  });
  if (!records.empty()) reporter.info("continuing: " + std::to_string(records.size()) + " units are done already");
  WorkResult result = do_units(world, plan, options, tools, lead, budget, reporter);
  if (!result.left_behind) marks.reset();
  const std::vector<std::string> devices = world.gather(network.model ? network.model->device().name : "");
  if (network.model && world.rank() == 0) reporter.info(network_table(result.ranks, devices));
  int code = exit_code::kDone;
  on_lead(world, [&] {
    if (lease->lost())
      throw Error{"another run has taken the output folder over", options.output.string(),
                  "this one had given no sign of life for --lease-timeout; let the other one finish"};
    std::error_code ignored;
    std::filesystem::remove(options.output / output_name::kStarted, ignored);  // empty, unless a rank was left behind
    code = conclude(options, plan, std::move(records), result, suspects.accusations(), reporter);
    publish_run(options, {hosts, devices, network.info()}, result.ranks, start.system, code);
    note_end(options.output, code, code == exit_code::kStopped ? "stopped early: not all units are done" : "");
  });
  code = code_of_lead(world, code);
  if (!result.left_behind) return code;
  lease.reset();
  MpiEnvironment::leave(code);
}

}  // namespace

int run_process(Communicator& world, const ProcessOptions& asked) {
  const Moment start;
  ProcessOptions options = asked;
  on_lead(world, [&] { check_archive(resolve_archive(asked.archive), asked.output); });  // what is wrong is said once
  options.archive = resolve_archive(asked.archive);
  check_options(options);
  share_time_zone(world, options.archive);
  set_fft_threads(1);
  Reporter reporter{options.report, world.rank() == 0};
  const Network network = load_network(world, options);
  if (network.model) {
    reporter.info(describe_network(network, options, world.size()));
    if (const std::string& note = network.model->device().note; !note.empty()) reporter.info("no GPU: " + note);
    for (const std::string& warning : network.warnings) reporter.warn(warning);
  }
  if (options.dry_run) return show_plan(world, options, network, reporter);
  std::optional<Lease> lease;
  std::string earlier_status;
  on_lead(world, [&] {
    create_folder(options.output);
    lease.emplace(options.output, options.earlier.lease);
    earlier_status = kept_status(options.output);
  });
  if (!options.scratch.empty()) remove_abandoned_scratch_folders(options.scratch);
  watch_stop_signals();
  mark_crashes();
  try {
    return work(world, options, network, start, lease, reporter);
  } catch (const AgreedFailure& failure) {
    if (lease) end_status(options.output, failure, earlier_status);
    throw;
  } catch (const std::exception& failure) {
    note_end(options.output, exit_code::kFailed, failure.what());
    throw;
  }
}

}  // namespace veery
