#include <algorithm>
#include <cstdio>
#include <optional>
#include <set>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>
#include <veery/shards/shard_place.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/tfrecord.hpp>

#include "run/dataset_totals.hpp"
#include "run/on_lead.hpp"
#include "run/tfrecord_names.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

/// What is wrong with one published file; empty when nothing is.
std::vector<std::string> check_file(const fs::path& output, const PublishedFile& file) {
  if (const std::string found = difference(output, file); !found.empty()) return {found};
  try {
    const fs::path path = output / file.path;
    if (file.path.starts_with("tfds/") && parse_tfrecord_name(path.filename().string())) {
      static_cast<void>(check_tfrecords(path));
      return {};
    }
    if (!file.path.starts_with("dataset/") || !file.path.ends_with(".h5")) return {};
    std::vector<std::string> problems;
    for (const std::string& problem : ShardReader{path}.verify()) problems.push_back(file.path + ": " + problem);
    return problems;
  } catch (const Error& problem) {
    return {file.path + ": " + problem.what()};
  }
}

std::vector<std::string> extra_files(const fs::path& output, const std::vector<PublishedFile>& files) {
  std::set<std::string> known;
  for (const std::string_view name :
       {output_name::kManifest, output_name::kRun, output_name::kStatus, output_name::kAccused})
    known.emplace(name);
  for (const PublishedFile& file : files) known.insert(file.path);
  std::vector<std::string> extra;
  for (const auto& entry : fs::recursive_directory_iterator{output}) {
    const std::string name = entry.path().lexically_relative(output).generic_string();
    if (entry.is_regular_file() && !known.contains(name)) extra.push_back(name + ": not in the manifest");
  }
  return extra;
}

std::vector<UnitRecord> read_records(const fs::path& output, const std::vector<PublishedFile>& files) {
  std::vector<UnitRecord> records;
  for (const PublishedFile& file : files) {
    if (file.path.starts_with(std::string{output_name::kUnits} + "/"))
      records.push_back(unit_record_from_json(read_text(output / file.path)));
  }
  std::sort(records.begin(), records.end(), [](const UnitRecord& a, const UnitRecord& b) { return a.unit < b.unit; });
  const ShardCounts counts = shard_counts(records);
  for (UnitRecord& record : records) rename_by_counts(record, counts);
  return records;
}

/// Recomputes from the index and the records what the tables and the manifest say.
std::vector<std::string> check_tables(const fs::path& output, const ManifestContent& manifest) {
  const std::vector<UnitRecord> records = read_records(output, manifest.files);
  const std::string quarantine = read_text(output / output_name::kQuarantine);
  const ArchiveIndex index = index_from_tables(read_text(output / output_name::kIndex), quarantine);
  std::vector<std::string> problems;
  if (read_text(output / output_name::kSlices) != slices_csv(records))
    problems.emplace_back("slices.csv: differs from the unit records");
  const std::string stems{output_name::kStemTable};
  if (fs::exists(output / stems) && read_text(output / stems) != stems_csv(records))
    problems.push_back(stems + ": differs from the unit records");
  if (quarantine != quarantine_csv(index, records))
    problems.emplace_back("quarantine.csv: differs from the unit records");
  if (manifest.totals != totals_json(sum_up(index, records), records.size())) {
    problems.emplace_back("manifest.json: the totals differ from the unit records'");
  }
  std::set<std::string> named;
  for (const PublishedFile& file : manifest.files) named.insert(file.path + " " + file.sha256);
  for (const UnitRecord& record : records) {
    for (const PublishedFile& file : record.files) {
      if (!named.contains(file.path + " " + file.sha256))
        problems.push_back(file.path + ": the manifest and the unit record differ");
      const bool is_shard = !record.shard.empty() && file.path.ends_with("/" + record.shard);
      if (is_shard && ShardReader{output / file.path}.rows() != record.shard_rows) {
        problems.push_back(file.path + ": the number of rows differs from the unit record's");
      }
      const std::int64_t bytes = record.tfrecord_bytes + kTfrecordFrameBytes * record.shard_rows;
      if (!record.tfrecord.empty() && file.path.ends_with("/" + record.tfrecord) && file.bytes != bytes)
        problems.push_back(file.path + ": the number of rows or their bytes differ from the unit record's");
    }
  }
  return problems;
}

/// All that differs from the manifest, on rank 0. Collective.
std::vector<std::string> check_output(Communicator& world, const fs::path& output, const ManifestContent& manifest) {
  const std::vector<PublishedFile>& files = manifest.files;
  std::string problems;
  for (std::size_t i = static_cast<std::size_t>(world.rank()); i < files.size();
       i += static_cast<std::size_t>(world.size())) {
    for (const std::string& problem : check_file(output, files[i])) problems += csv_row({problem});
  }
  std::vector<std::string> all;
  for (const std::string& part : world.gather(problems)) {
    for (const auto& row : parse_csv(part)) all.push_back(row.front());
  }
  if (world.rank() != 0) return {};
  for (std::string& problem : extra_files(output, files)) all.push_back(std::move(problem));
  if (all.empty()) all = is_dataset_alone(manifest) ? check_dataset(output, manifest) : check_tables(output, manifest);
  std::sort(all.begin(), all.end());
  return all;
}

/// None, and the reason among the problems, when the manifest itself is damaged.
std::optional<ManifestContent> parse_manifest(const std::string& text, std::vector<std::string>& problems) {
  try {
    return read_manifest(text);
  } catch (const Error& problem) {
    problems.push_back(std::string{output_name::kManifest} + ": " + problem.what());
    return std::nullopt;
  }
}

/// Says so of a run that has not come to its manifest yet.
void expect_finished(const fs::path& output) {
  const auto there = [&](std::string_view name) { return fs::exists(output / name); };
  if (there(output_name::kManifest) || !there(output_name::kOptions) || !there(output_name::kIndex)) return;
  std::set<int> units;
  for (const auto& [unused, placement] : placements_in(read_text(output / output_name::kIndex)))
    units.insert(placement.unit);
  const auto done =
      std::count_if(units.begin(), units.end(), [&](int unit) { return there(output_name::unit_record(unit)); });
  throw Error{"the run is not finished", output.string(),
              std::to_string(done) + " of " + std::to_string(units.size()) +
                  " units are done; run the same command again to continue"};
}

}  // namespace

int run_verify(Communicator& world, const fs::path& output) {
  std::string text;
  on_lead(world, [&] {
    expect_finished(output);
    text = read_text(output / output_name::kManifest);
  });
  world.broadcast(text);
  std::vector<std::string> problems;
  const std::optional<ManifestContent> manifest = parse_manifest(text, problems);
  if (manifest) problems = check_output(world, output, *manifest);
  if (world.rank() == 0) {
    for (const std::string& problem : problems) std::puts(printable(problem).c_str());
    std::printf("%zu files checked, %zu problems\n", manifest ? manifest->files.size() : 1, problems.size());
  }
  return code_of_lead(world, problems.empty() ? exit_code::kDone : exit_code::kDiffers);
}

}  // namespace veery
