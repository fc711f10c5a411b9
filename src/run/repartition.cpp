#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <veery/base/error.hpp>
#include <veery/base/split.hpp>
#include <veery/base/text.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/run/commands.hpp>
#include <veery/run/shards_options.hpp>
#include <veery/shards/dataset_folder.hpp>
#include <veery/shards/repartition.hpp>
#include <veery/shards/shard_reader.hpp>
#include <veery/shards/split_index.hpp>

#include "run/dataset_totals.hpp"
#include "run/on_lead.hpp"
#include "run/published_texts.hpp"
#include "run/staged_folder.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;
using Cuts = std::vector<std::vector<std::int64_t>>;  // of a split's old shards

/// Shard number `shard` of the split number `split`.
using ShardNumber = std::pair<std::size_t, std::size_t>;

/// UsageError when TFDS could not open it.
void check_tfds(const DatasetFolder& dataset, const RepartitionOptions& options, AudioType audio_type) {
  for (const SplitFiles& split : dataset.splits)
    check_tfds_names({dataset.description.name, dataset.description.version, split.name});
  check_tfds_format(options.tfds, audio_type);
}

/// What rank 0 finds out and all ranks work by.
struct Plan {
  std::vector<ShardNumber> widest;  ///< whose schemas together are that of all
  std::vector<Cuts> cuts;           ///< by split
  std::vector<SplitTotals> totals;
  Provenance provenance;
};

SplitTotals totals_of(const SplitFiles& split, const RepartitionOptions& options) {
  const std::int64_t rows = split.rows();
  if (rows == 0) return {split.name, 0, 0, 0};
  if (rows < options.shards_per_split) {
    throw UsageError{"a split has fewer rows than shards are asked for", printable(split.name),
                     std::to_string(rows) + " rows: --shards-per-split " + std::to_string(rows) + " at most"};
  }
  const std::int64_t dropped = options.drop_remainder ? rows % options.shards_per_split : 0;
  return {split.name, rows - dropped, dropped, static_cast<std::size_t>(options.shards_per_split)};
}

Plan make_plan(const DatasetFolder& dataset, const RepartitionOptions& options) {
  Plan plan;
  std::optional<ExampleSchema> schema;
  for (const SplitFiles& split : dataset.splits) plan.totals.push_back(totals_of(split, options));
  for (std::size_t s = 0; s < dataset.splits.size(); ++s) {
    const SplitFiles& split = dataset.splits[s];
    std::vector<std::vector<Md5>> hashes;
    for (std::size_t number = 0; number < split.shards.size(); ++number) {
      const ShardFile& shard = split.shards[number];
      const SplitPlace place{dataset.description.name, dataset.description.version, split.name};
      ShardContent content = inspect_shard(shard.path, place, shard.rows);
      const ExampleSchema wider = schema ? joined(*schema, content.schema) : content.schema;
      if (schema != wider) plan.widest.emplace_back(s, number);
      schema = wider;
      plan.provenance =
          plan.provenance.empty() ? std::move(content.provenance) : joined(plan.provenance, content.provenance);
      hashes.push_back(std::move(content.hashes));
    }
    const SplitTotals& totals = plan.totals[s];
    plan.cuts.push_back(cut_shards(hashes, shard_ends(totals.rows, static_cast<std::int64_t>(totals.shards))));
  }
  if (options.tfrecord && schema) check_tfds(dataset, options, schema->audio_type);
  return plan;
}

std::string to_text(const Plan& plan) {
  Json totals = Json::array();
  for (const SplitTotals& split : plan.totals) totals.push_back({split.name, split.rows, split.dropped, split.shards});
  return Json{{"cuts", plan.cuts}, {"totals", totals}, {"provenance", plan.provenance}, {"widest", plan.widest}}.dump();
}

Plan plan_from(const std::string& text) {
  const Json json = Json::parse(text);
  Plan plan{json.at("widest"), json.at("cuts"), {}, json.at("provenance")};
  for (const Json& split : json.at("totals")) plan.totals.push_back({split[0], split[1], split[2], split[3]});
  return plan;
}

/// Of all shards of all splits, so that it does not depend on how they were cut.
ExampleSchema schema_of(const DatasetFolder& dataset, const Plan& plan) {
  std::optional<ExampleSchema> schema;
  for (const auto& [split, shard] : plan.widest) {
    const ExampleSchema own = ShardReader{dataset.splits.at(split).shards.at(shard).path}.schema();
    schema = schema ? joined(*schema, own) : own;
  }
  if (!schema) throw UsageError{"the dataset has no shards", dataset.folder.string(), "there is nothing to cut"};
  return *schema;
}

/// A new shard, as its rank tells the others of it.
struct MadeShard {
  std::size_t split = 0;
  std::size_t shard = 0;
  std::int64_t rows = 0;
  PublishedFile hdf5{};
  std::optional<PublishedFile> tfrecord{};
  std::int64_t tfrecord_payload_bytes = 0;
};

Json to_json(const PublishedFile& file) {
  return {file.path, file.bytes, file.sha256};
}

PublishedFile file_from(const Json& json) {
  return {json.at(0), json.at(1), json.at(2)};
}

std::string to_line(const MadeShard& made) {
  const Json tfrecord = made.tfrecord ? to_json(*made.tfrecord) : Json{};
  return Json{made.split, made.shard, made.rows, to_json(made.hdf5), tfrecord, made.tfrecord_payload_bytes}.dump() +
         "\n";
}

MadeShard made_from(std::string_view line) {
  const Json json = Json::parse(line);
  MadeShard made{json.at(0), json.at(1), json.at(2), file_from(json.at(3))};
  if (!json.at(4).is_null()) made.tfrecord = file_from(json[4]);
  made.tfrecord_payload_bytes = json.at(5);
  return made;
}

/// By split and number, as they are published.
std::vector<MadeShard> sorted_shards(const std::vector<std::string>& lines) {
  std::vector<MadeShard> all;
  for (const std::string& text : lines) {
    for (const std::string_view line : split(text, '\n'))
      if (!line.empty()) all.push_back(made_from(line));
  }
  std::sort(all.begin(), all.end(), [](const MadeShard& left, const MadeShard& right) {
    return std::pair{left.split, left.shard} < std::pair{right.split, right.shard};
  });
  return all;
}

class Repartition {
 public:
  Repartition(const DatasetFolder& dataset, const Plan& plan, const RepartitionOptions& options)
      : dataset_(dataset),
        plan_(plan),
        options_(options),
        schema_(schema_of(dataset, plan)),
        files_(StagedFolder::path_for(options.output), options.scratch) {}

  /// This rank's share of the new shards; one line of JSON each.
  std::string write_share(const Communicator& world, const std::function<bool()>& stop) const {
    std::string lines;
    int number = 0;
    for (std::size_t s = 0; s < plan_.totals.size(); ++s) {
      for (std::size_t shard = 0; shard < plan_.totals[s].shards; ++shard) {
        if (number++ % world.size() != world.rank()) continue;
        if (stop()) return lines;
        lines += to_line(write_shard_of(s, shard));
      }
    }
    return lines;
  }

  /// What belongs to the dataset as a whole, the manifest last. `lines` of all ranks.
  void finish(const std::vector<std::string>& lines) const;

 private:
  [[nodiscard]] MadeShard write_shard_of(std::size_t split, std::size_t shard) const;
  [[nodiscard]] std::vector<PublishedFile> publish_split_indices(const std::vector<MadeShard>& shards) const;
  [[nodiscard]] DatasetDescription describe(const std::vector<MadeShard>& shards) const;

  [[nodiscard]] std::string folder() const {
    return dataset_folder(dataset_.description.name, dataset_.description.version).generic_string();
  }
  [[nodiscard]] std::string folder_for_tfds() const {
    return tfds_folder(dataset_.description.name, dataset_.description.version).generic_string();
  }

  const DatasetFolder& dataset_;
  const Plan& plan_;
  const RepartitionOptions& options_;
  ExampleSchema schema_;
  OutputFolder files_;
};

MadeShard Repartition::write_shard_of(std::size_t split, std::size_t shard) const {
  const DatasetDescription& about = dataset_.description;
  const ShardPlace place{about.name, about.version, plan_.totals[split].name, static_cast<int>(shard),
                         static_cast<int>(plan_.totals[split].shards)};
  std::vector<ShardPart> parts;
  for (std::size_t old = 0; old < plan_.cuts[split].size(); ++old) {
    const std::vector<std::int64_t>& cuts = plan_.cuts[split][old];
    parts.push_back({dataset_.splits[split].shards[old].path, cuts[shard], cuts[shard + 1]});
  }
  const GatheredRows rows{files_.scratch(), schema_, parts};
  MadeShard made{split, shard, rows.size()};
  const ShardSummary summary = rows.write(files_.below(folder()), place, plan_.provenance);
  made.hdf5 = describe_file(files_.root(), folder() + "/" + summary.file_name);
  if (!options_.tfrecord) return made;
  const ShardSummary tfrecord = rows.write_tfrecord(files_.below(folder_for_tfds()), place, options_.tfds);
  made.tfrecord = describe_file(files_.root(), folder_for_tfds() + "/" + tfrecord.file_name);
  made.tfrecord_payload_bytes = tfrecord.payload_bytes;
  return made;
}

std::vector<PublishedFile> Repartition::publish_split_indices(const std::vector<MadeShard>& shards) const {
  const DatasetDescription& about = dataset_.description;
  std::vector<PublishedFile> files;
  for (std::size_t s = 0; s < plan_.totals.size(); ++s) {
    std::vector<ShardRows> rows;
    for (const MadeShard& made : shards) {
      if (made.split != s) continue;
      const std::string name = std::filesystem::path{made.hdf5.path}.filename().string();
      rows.push_back({name, made.rows, schema_.most_annotations});
    }
    const SplitPlace place{about.name, about.version, plan_.totals[s].name};
    const std::string name = write_split_index(files_.below(folder()), place, schema_, plan_.provenance, rows);
    files.push_back(describe_file(files_.root(), folder() + "/" + name));
  }
  return files;
}

/// The bytes of a split are those of its columns in HDF5.
DatasetDescription Repartition::describe(const std::vector<MadeShard>& shards) const {
  DatasetDescription about = dataset_.description;
  about.splits.clear();
  for (const SplitTotals& split : plan_.totals)
    about.splits.push_back({split.name, split.rows * example_bytes(schema_), {}});
  for (const MadeShard& made : shards) about.splits[made.split].shard_lengths.push_back(made.rows);
  return about;
}

void Repartition::finish(const std::vector<std::string>& lines) const {
  const std::vector<MadeShard> shards = sorted_shards(lines);
  DatasetDescription about = describe(shards);
  std::vector<PublishedFile> files = publish_split_indices(shards);
  const auto add = [&files](const std::vector<PublishedFile>& more) {
    files.insert(files.end(), more.begin(), more.end());
  };
  for (const MadeShard& made : shards) {
    files.push_back(made.hdf5);
    if (made.tfrecord) files.push_back(*made.tfrecord);
  }
  add(publish_texts(files_, folder(),
                    {{"features.json", features_json(schema_)}, {"dataset_info.json", dataset_info_json(about)}}));
  if (options_.tfrecord) {
    for (SplitDescription& split : about.splits) split.bytes = 0;
    for (const MadeShard& made : shards) about.splits[made.split].bytes += made.tfrecord_payload_bytes;
    add(publish_texts(files_, folder_for_tfds(), tfds_descriptions(schema_, options_.tfds, std::move(about))));
  }
  files_.publish_text(output_name::kManifest, dataset_manifest_json(dataset_totals_json(plan_.totals), files));
}

/// The run that made the dataset may have written its rows for TFDS too.
bool has_tfrecords(const DatasetFolder& dataset) {
  const DatasetDescription& about = dataset.description;
  const std::filesystem::path output =
      std::filesystem::canonical(dataset.folder).parent_path().parent_path().parent_path();
  std::error_code failure;
  return std::filesystem::exists(output / tfds_folder(about.name, about.version), failure);
}

void say(const Plan& plan, const DatasetFolder& dataset, bool made_tfrecords) {
  for (const SplitTotals& split : plan.totals) {
    const std::string dropped = split.dropped > 0 ? ", " + std::to_string(split.dropped) + " rows dropped" : "";
    std::printf("%s: %lld rows in %zu shards%s\n", split.name.c_str(), static_cast<long long>(split.rows), split.shards,
                dropped.c_str());
  }
  if (!made_tfrecords && has_tfrecords(dataset))
    std::puts("These are HDF5 shards alone; --shards hdf5,tfrecord makes TFRecord shards too, as the dataset has them");
}

}  // namespace

int run_repartition(Communicator& world, const RepartitionOptions& options) {
  std::string text;
  std::unique_ptr<StagedFolder> staged;
  on_lead(world, [&] {
    if (options.shards_per_split < 1 || options.shards_per_split > 99'999)
      throw UsageError{"the number of shards is out of range", "--shards-per-split", "1 to 99999"};
    const DatasetFolder dataset = open_dataset_folder(options.dataset);
    for (const SplitFiles& split : dataset.splits) static_cast<void>(totals_of(split, options));
    staged = std::make_unique<StagedFolder>(options.output);
    text = to_text(make_plan(dataset, options));
  });
  world.broadcast(text);
  const Plan plan = plan_from(text);
  DatasetFolder dataset;
  std::optional<Repartition> repartition;
  std::string lines;
  on_every_rank(world, [&](const std::function<bool()>& stop) {
    dataset = open_dataset_folder(options.dataset);
    repartition.emplace(dataset, plan, options);
    lines = repartition->write_share(world, stop);
  });
  const std::vector<std::string> all = world.gather(lines);
  on_lead(world, [&] {
    repartition->finish(all);
    staged->publish();
    say(plan, dataset, options.tfrecord);
  });
  return exit_code::kDone;
}

}  // namespace veery
