#include "run/dataset_rows.hpp"

#include <algorithm>
#include <utility>

#include <veery/archive/archive_index.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/training/recording_rows.hpp>

#include "run/indexing.hpp"
#include "run/on_lead.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

bool holds_shards(const fs::path& folder) {
  return fs::exists(folder / "dataset") || fs::exists(folder / "dataset_info.json");
}

/// Rows of the split; nullopt when the dataset has no such split.
std::optional<RowSource> rows_of_dataset(const fs::path& folder, const std::string& split) {
  const DatasetFolder dataset = open_dataset_folder(folder);
  const auto found = std::find_if(dataset.splits.begin(), dataset.splits.end(),
                                  [&](const SplitFiles& files) { return files.name == split; });
  if (found == dataset.splits.end() || found->rows() == 0) return std::nullopt;
  std::vector<ShardFile> shards = found->shards;
  std::erase_if(shards, [](const ShardFile& shard) { return shard.rows == 0; });
  return rows_of_shard_files(shards);
}

/// Lists on rank 0; each rank reads the headers of its share.
RowSource rows_of_folder(Communicator& world, const fs::path& folder, const RowNeeds& needs) {
  std::string listed;
  on_lead(world, [&] {
    for (const std::string& path : list_archive(folder, needs.exclude).paths) listed += csv_row({path});
  });
  world.broadcast(listed);
  ArchiveIndex mine;
  int number = 0;
  read_csv(listed, [&](const std::vector<std::string>& row) {
    if (number++ % world.size() != world.rank()) return;
    auto probed = probe_recording(folder, row.front());
    if (auto* recording = std::get_if<Recording>(&probed)) mine.recordings.push_back(std::move(*recording));
  });
  const ArchiveIndex index = merge_shares(world, mine);
  if (index.recordings.empty()) throw UsageError{"there are no recordings", folder.string(), "check the path"};
  std::vector<RecordingFile> files;
  files.reserve(index.recordings.size());
  for (const Recording& recording : index.recordings) files.push_back({folder / recording.path, recording.audio});
  return rows_of_recordings(files, {needs.sample_rate_hz, needs.window_samples});
}

void check_rows(const RowSource& rows, const fs::path& dataset, const RowNeeds& needs) {
  if (rows.sample_rate_hz != needs.sample_rate_hz)
    throw UsageError{"the shards have " + std::to_string(rows.sample_rate_hz) + " Hz and the network has " +
                         std::to_string(needs.sample_rate_hz),
                     dataset.string(), "make them with --sample-rate " + std::to_string(needs.sample_rate_hz)};
  if (rows.samples_per_row < needs.window_samples)
    throw UsageError{"the shards' rows are shorter than --window", dataset.string(),
                     "at most " + std::to_string(rows.samples_per_row) + " samples"};
}

}  // namespace

std::optional<RowSource> open_rows(Communicator& world, const std::vector<fs::path>& datasets, const std::string& split,
                                   bool must_be, const RowNeeds& needs) {
  std::vector<RowSource> sources;
  for (const fs::path& dataset : datasets) {
    if (!holds_shards(dataset)) {
      if (must_be) sources.push_back(rows_of_folder(world, dataset, needs));
      continue;
    }
    std::optional<RowSource> rows;
    on_lead(world, [&] { rows = rows_of_dataset(dataset, split); });  // what is wrong is said once
    if (world.rank() != 0) rows = rows_of_dataset(dataset, split);
    if (!rows && must_be)
      throw UsageError{"the dataset has no rows in the split " + split, dataset.string(), "name another --split"};
    if (!rows) continue;
    check_rows(*rows, dataset, needs);
    sources.push_back(std::move(*rows));
  }
  if (sources.empty()) return std::nullopt;
  return joined(std::move(sources));
}

}  // namespace veery
