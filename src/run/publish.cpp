#include "run/publish.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include <veery/base/digest.hpp>
#include <veery/base/text.hpp>
#include <veery/base/version.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/dataset_description.hpp>
#include <veery/shards/split_index.hpp>
#include <veery/state/utc.hpp>

#include "run/labels.hpp"
#include "run/publish_tfds.hpp"
#include "run/published_texts.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Null without a model.
Json describe(const ModelInfo* model) {
  if (model == nullptr) return nullptr;
  Json json{{"name", model->name}, {"digest", model->digest}};
  for (const auto& [name, value] : model->description) json[name] = value;
  return json;
}

/// The split's index file over its shards, and what dataset_info.json says of it.
PublishedFile publish_split_index(const ProcessOptions& options, const RunPlan& plan,
                                  const std::vector<UnitRecord>& records, const std::string& split,
                                  SplitDescription& description) {
  const DatasetOptions& dataset = options.dataset;
  std::vector<ShardRows> shards;
  for (const UnitRecord& record : records) {
    if (record.split != split) continue;
    const WorkUnit& unit = plan.work.units[static_cast<std::size_t>(record.unit)];
    shards.push_back({record.shard, record.shard_rows, plan.schema_of(unit).most_annotations});
    description.shard_lengths.push_back(record.shard_rows);
    description.bytes += record.shard_rows * example_bytes(plan.schema());
  }
  description.name = split;
  const fs::path folder = dataset_folder(dataset.name, dataset.version);
  const std::string name =
      write_split_index(options.files().below(folder.generic_string()), {dataset.name, dataset.version, split},
                        plan.schema(), {{"options", plan.result_options}}, shards);
  FileDigest digest = digest_file(options.output / folder / name);
  return {(folder / name).generic_string(), digest.bytes, std::move(digest.sha256)};
}

void publish_dataset(const ProcessOptions& options, const RunPlan& plan, const std::vector<UnitRecord>& records,
                     std::vector<PublishedFile>& files) {
  DatasetDescription description = describe_dataset(options.dataset.name, options.dataset.version);
  for (const Split& split : options.plan.splits) {
    files.push_back(publish_split_index(options, plan, records, split.name, description.splits.emplace_back()));
  }
  const fs::path folder = dataset_folder(options.dataset.name, options.dataset.version);
  const std::vector<PublishedFile> texts = publish_texts(
      options.files(), folder,
      {{"features.json", features_json(plan.schema())}, {"dataset_info.json", dataset_info_json(description)}});
  files.insert(files.end(), texts.begin(), texts.end());
}

}  // namespace

DerivedFiles derive_tables(const ArchiveIndex& index, const std::vector<UnitRecord>& records) {
  DerivedFiles derived;
  derived.totals = sum_up(index, records);
  derived.texts.emplace_back(output_name::kSlices, slices_csv(records));
  const bool separated =
      std::any_of(records.begin(), records.end(), [](const UnitRecord& record) { return !record.stems.empty(); });
  if (separated) derived.texts.emplace_back(output_name::kStemTable, stems_csv(records));
  derived.texts.emplace_back(output_name::kQuarantine, quarantine_csv(index, records));
  return derived;
}

Totals publish_results(const ProcessOptions& options, const RunPlan& plan, const std::vector<UnitRecord>& records) {
  const DerivedFiles derived = derive_tables(plan.index, records);
  std::vector<PublishedFile> files;
  files.reserve(derived.texts.size());
  for (const auto& [name, text] : derived.texts) files.push_back(publish_and_describe(options.files(), name, text));
  if (options.dataset.shards.hdf5) publish_dataset(options, plan, records, files);
  if (options.dataset.shards.tfrecord) {
    for (PublishedFile& file : publish_tfds(options, plan, records)) files.push_back(std::move(file));
  }
  files.push_back(describe_text(std::string{output_name::kIndex}, index_csv(plan.index, plan.work)));
  files.push_back(describe_text(std::string{output_name::kOptions}, plan.result_options));
  for (const UnitRecord& record : records) {
    files.push_back({output_name::unit_record(record.unit), record.text.bytes, record.text.sha256});
  }
  const ArchiveAnnotations& annotations = plan.annotations;
  std::string about_annotations;
  if (plan.schema().is_annotated()) {
    about_annotations = annotation_totals_json(annotations.report, annotations.classes.size());
    files.push_back(publish_and_describe(options.files(), std::string{output_name::kRefusedAnnotations},
                                         refused_annotations_csv(annotations.report)));
    files.push_back(describe_file(options.output, std::string{output_name::kClasses}));
  }
  options.files().publish_text(output_name::kManifest,
                               manifest_json(derived.totals, records, std::move(files), about_annotations));
  return derived.totals;
}

void publish_run(const ProcessOptions& options, const RunPlaces& places, const std::vector<RankProgress>& ranks,
                 std::chrono::system_clock::time_point start, int exit_code) {
  Json rank_list = Json::array();
  for (std::size_t r = 0; r < places.hosts.size(); ++r) {
    const RankProgress& rank = ranks[r];
    rank_list.push_back({{"rank", r},
                         {"host", places.hosts[r]},
                         {"device", places.devices[r]},
                         {"units", rank.units},
                         {"recordings", rank.recordings},
                         {"audio_s", rank.audio_s},
                         {"decode_s", rank.decode_s},
                         {"peaks_s", rank.peaks_s},
                         {"write_s", rank.write_s},
                         {"wait_s", rank.wait_s},
                         {"separated_s", rank.separated_s},
                         {"network_s", rank.network_s},
                         {"wall_s", rank.wall_s},
                         {"read_retries", rank.read_retries}});
  }
  const Json json{{"kind", "veery.run"},
                  {"format_version", 1},
                  {"program_version", program_version()},
                  {"commit", program_commit()},
                  {"mpi", Communicator::library()},
                  {"model", describe(places.model)},
                  {"command", options.command},
                  {"archive", std::filesystem::absolute(options.archive.archive / options.archive.only).string()},
                  {"command_line", joined(options.arguments, " ")},
                  {"configuration", options.configuration},
                  {"begun", utc_text(start)},
                  {"ended", utc_now()},
                  {"exit_code", exit_code},
                  {"ranks", rank_list}};
  options.files().publish_text(output_name::kRun, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace veery
