#include "run/indexing.hpp"

#include <atomic>
#include <iterator>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/text.hpp>

#include "run/cores.hpp"
#include "run/on_lead.hpp"
#include "run/rank_work.hpp"
#include "run/start_time_report.hpp"
#include "run/time_budget.hpp"
#include "run/worker_pool.hpp"

namespace veery {
namespace {

/// One path a row: names may hold line breaks.
std::string listing_to_text(const Listing& listing) {
  std::string text;
  for (const std::string& path : listing.paths) text += csv_row({path});
  return text;
}

OrRefusal<Recording> probe(const ProcessOptions& options, const std::string& path, const RankTools* tools) {
  if (tools == nullptr) return probe_recording(options.archive.archive, path, options.archive.probe);
  const double limit_s = recording_time_limit_s(options.time, 0.0, false);
  if (auto refusal = tools->suspects.judge_header(path, limit_s)) return *std::move(refusal);
  const std::atomic<bool> never = false;
  const Turns::Turn turn = tools->suspects.wait_for_turn(header_mark(path), never);
  const StartedMarks::Mark mark = tools->marks.start(header_mark(path), limit_s);
  return probe_recording(options.archive.archive, path, options.archive.probe);
}

/// Its thread won't come back, and there is no index without it.
void end_if_late(const ProcessOptions& options, const RankTools* tools) {
  const auto late = tools == nullptr ? std::nullopt : tools->marks.late();
  if (!late) return;
  tools->marks.accuse(late->recording);
  end_job(options, late->recording + " can't be read within " + format_duration(late->limit_s));
}

/// Probes with a few threads: header reads wait for the file system.
ArchiveIndex probe_share(const ProcessOptions& options, const std::vector<std::string>& mine, int threads,
                         const RankTools* tools) {
  std::vector<OrRefusal<Recording>> probed(mine.size());
  std::atomic<std::size_t> next{0};
  std::atomic<int> running{threads};
  WorkerPool pool{threads};
  for (int t = 0; t < threads; ++t) {
    pool.submit([&] {
      for (std::size_t i = next++; i < mine.size(); i = next++) probed[i] = probe(options, mine[i], tools);
      --running;
    });
  }
  while (running > 0) {
    pool.wait_for_job(std::chrono::milliseconds{20});
    end_if_late(options, tools);
  }
  ArchiveIndex share;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (auto* refusal = std::get_if<Refusal>(&probed[i])) {
      share.refused.push_back({mine[i], std::move(*refusal)});
    } else {
      share.recordings.push_back(std::get<Recording>(std::move(probed[i])));
    }
  }
  return share;
}

/// What a rank could not read of its share: the first and the last. More of them would tell no more.
std::string unreadable_of(const ArchiveIndex& share) {
  std::vector<const RefusedRecording*> unreadable;
  for (const RefusedRecording& refused : share.refused) {
    if (refused.refusal.reason == Reason::unreadable) unreadable.push_back(&refused);
  }
  std::string text;
  if (!unreadable.empty()) text += csv_row({unreadable.front()->path, unreadable.front()->refusal.detail});
  if (unreadable.size() > 1) text += csv_row({unreadable.back()->path, unreadable.back()->refusal.detail});
  return text;
}

bool can_be_read(const ProcessOptions& options, const std::string& path, const RankTools* tools) {
  const ArchiveIndex probed = probe_share(options, {path}, 1, tools);
  return !probed.recordings.empty() || probed.refused.front().refusal.reason != Reason::unreadable;
}

/// What rank 0 can read and another rank can't is the fault of that rank's node, and no reason for an index without a
/// share of the archive. What no rank can read is the file's. Collective.
void require_sight(Communicator& world, const ProcessOptions& options, const RankTools* tools,
                   const ArchiveIndex& share) {
  const std::vector<std::string> hosts = world.gather(world.host());
  const std::vector<std::string> unreadable = world.gather(unreadable_of(share));
  on_lead(world, [&] {
    for (std::size_t rank = 1; rank < unreadable.size(); ++rank) {
      for (const auto& row : parse_csv(unreadable[rank])) {
        if (!can_be_read(options, row.at(0), tools)) continue;
        throw Error{"rank " + std::to_string(rank) + " on " + hosts[rank] + " can't read what rank 0 can",
                    printable(row[0]) + ": " + row.at(1),
                    "see that the archive is mounted there, and run the same command again"};
      }
    }
  });
}

/// Rows of two recordings must not have the same keys.
void check_keys(const ArchiveIndex& index, const KeyRule& keys) {
  if (keys.form != KeyForm::name) return;  // else the path is part of them
  std::unordered_map<std::string_view, std::string_view> paths;
  paths.reserve(index.recordings.size());
  for (const Recording& recording : index.recordings) {
    const auto [known, is_new] = paths.try_emplace(key_name(keys.form, recording.path), recording.path);
    if (is_new) continue;
    throw UsageError{"two recordings have one name: " + printable(known->second), printable(recording.path),
                     "rename one, or --keys segment, which has the folder too"};
  }
}

}  // namespace

ArchiveOptions resolve_archive(ArchiveOptions options) {
  std::error_code failure;
  if (!std::filesystem::is_regular_file(options.archive, failure)) return options;
  if (!options.files_from.empty()) {
    throw UsageError{"a single recording and a list of recordings", options.archive.string(),
                     "give the folder, or leave out --files-from"};
  }
  options.only = options.archive.filename().string();
  options.archive = std::filesystem::absolute(options.archive).parent_path();
  return options;
}

void check_archive(const ArchiveOptions& archive, const std::filesystem::path& output) {
  std::error_code failure;
  if (!std::filesystem::exists(archive.archive, failure))
    throw UsageError{"there is no such archive", archive.archive.string(), "check the path"};
  const bool is_tree = archive.only.empty() && archive.files_from.empty();
  if (is_tree && !output.empty() && std::filesystem::equivalent(archive.archive, output, failure))
    throw UsageError{"the archive is the output folder, in which no recordings are looked for", output.string(),
                     "choose another --output, which may lie in the archive"};
}

void share_time_zone(Communicator& world, ArchiveOptions& options) {
  if (options.time_zone.empty()) return;
  std::string text;
  on_lead(world, [&] { text = time_zone_to_text(load_time_zone(options.time_zone)); });
  world.broadcast(text);
  options.probe.start.zone = time_zone_from_text(text);
}

ArchiveIndex merge_shares(Communicator& world, const ArchiveIndex& share) {
  std::string merged;
  for (const std::string& part : world.gather(index_to_text(share))) merged += part;
  ArchiveIndex index;
  on_lead(world, [&] {  // sorting is done once
    index = index_from_text(merged);
    merged = index_to_text(index);
  });
  world.broadcast(merged);
  if (world.rank() != 0) index = index_from_text(merged);
  return index;
}

ArchiveIndex build_index(Communicator& world, const ProcessOptions& options, const RankTools* tools,
                         Reporter& reporter) {
  const ArchiveOptions& from = options.archive;
  Listing listing;
  on_lead(world, [&] {
    if (!from.only.empty()) {
      listing.paths = {from.only};
    } else {
      listing = from.files_from.empty() ? list_archive(from.archive, options.output)
                                        : list_from_file(from.archive, from.files_from);
    }
  });
  reporter.detail(std::to_string(listing.paths.size()) + " candidate files");
  std::string text = listing_to_text(listing);
  world.broadcast(text);
  std::vector<std::string> mine;  // one in every so many, by rank
  auto all = parse_csv(text);
  for (auto i = static_cast<std::size_t>(world.rank()); i < all.size(); i += static_cast<std::size_t>(world.size()))
    mine.push_back(std::move(all[i].front()));
  ArchiveIndex share = probe_share(options, mine, threads_of_rank(options.threads, world.ranks_on_node()), tools);
  require_sight(world, options, tools, share);
  share.refused.insert(share.refused.end(), std::make_move_iterator(listing.refused.begin()),
                       std::make_move_iterator(listing.refused.end()));
  ArchiveIndex index = merge_shares(world, share);
  double seconds = 0.0;
  for (const Recording& recording : index.recordings) seconds += recording.claimed_s();
  on_lead(world, [&] { check_keys(index, options.dataset.keys); });
  reporter.info("index: " + std::to_string(index.recordings.size()) + " recordings, " +
                fixed_decimal(seconds / 3600.0, 2) + " h; " + std::to_string(index.refused.size()) + " refused");
  if (index.recordings.empty()) reporter.warn("there are no recordings in " + printable(from.archive.string()));
  for (const std::string& warning : start_time_warnings(index, options.plan.split_by)) reporter.warn(warning);
  return index;
}

}  // namespace veery
