#include "run/indexing.hpp"

#include <atomic>
#include <iterator>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/quantity.hpp>

#include "run/cores.hpp"
#include "run/on_lead.hpp"
#include "run/worker_pool.hpp"

namespace veery {
namespace {

/// One path a row: names may hold line breaks.
std::string listing_to_text(const Listing& listing) {
  std::string text;
  for (const std::string& path : listing.paths) text += csv_row({path});
  return text;
}

/// Probes every `size`-th path from `rank` on, with a few threads: header reads wait for the file system.
ArchiveIndex probe_share(const std::filesystem::path& archive, const std::vector<std::string>& paths, std::size_t rank,
                         std::size_t size, int threads) {
  std::vector<std::string> mine;
  for (std::size_t i = rank; i < paths.size(); i += size) mine.push_back(paths[i]);
  std::vector<OrRefusal<Recording>> probed(mine.size());
  std::atomic<std::size_t> next{0};
  std::atomic<int> running{threads};
  WorkerPool pool{threads};
  for (int t = 0; t < threads; ++t) {
    pool.submit([&] {
      for (std::size_t i = next++; i < mine.size(); i = next++) probed[i] = probe_recording(archive, mine[i]);
      --running;
    });
  }
  while (running > 0) pool.wait_for_job(std::chrono::milliseconds{20});
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

ArchiveIndex build_index(Communicator& world, const ProcessOptions& options, Reporter& reporter) {
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
  std::vector<std::string> paths;
  for (auto& cells : parse_csv(text)) paths.push_back(std::move(cells.front()));

  const int threads = options.threads > 0 ? options.threads : usable_cores(world.ranks_on_node());
  const ArchiveIndex share = probe_share(from.archive, paths, static_cast<std::size_t>(world.rank()),
                                         static_cast<std::size_t>(world.size()), threads);
  std::string merged = index_to_text({{}, std::move(listing.refused)});
  for (const std::string& part : world.gather(index_to_text(share))) merged += part;
  world.broadcast(merged);
  ArchiveIndex index = index_from_text(merged);
  double seconds = 0.0;
  for (const Recording& recording : index.recordings) seconds += recording.claimed_s();
  reporter.info("index: " + std::to_string(index.recordings.size()) + " recordings, " +
                fixed_decimal(seconds / 3600.0, 2) + " h; " + std::to_string(index.refused.size()) + " refused");
  return index;
}

}  // namespace veery
