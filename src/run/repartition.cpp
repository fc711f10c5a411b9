#include <nlohmann/json.hpp>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <veery/base/error.hpp>
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
#include "run/staged_folder.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;
using Cuts = std::vector<std::vector<std::int64_t>>;  // of a split's old shards

/// Shard number `shard` of the split number `split`.
using ShardNumber = std::pair<std::size_t, std::size_t>;

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
  if (rows < options.shards) {
    throw UsageError{"a split has fewer rows than shards are asked for", printable(split.name),
                     std::to_string(rows) + " rows: --shards-per-split " + std::to_string(rows) + " at most"};
  }
  const std::int64_t dropped = options.drop_remainder ? rows % options.shards : 0;
  return {split.name, rows - dropped, dropped, static_cast<std::size_t>(options.shards)};
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

class Repartition {
 public:
  Repartition(const DatasetFolder& dataset, const Plan& plan, OutputFolder files)
      : dataset_(dataset), plan_(plan), schema_(schema_of(dataset, plan)), files_(std::move(files)) {}

  /// This rank's share of the new shards; one line of JSON each.
  std::string write_share(const Communicator& world, const std::function<bool()>& stop) const {
    std::string lines;
    int number = 0;
    for (std::size_t s = 0; s < plan_.totals.size(); ++s) {
      for (std::size_t shard = 0; shard < plan_.totals[s].shards; ++shard) {
        if (number++ % world.size() != world.rank()) continue;
        if (stop()) return lines;
        lines += write_shard_of(s, shard) + "\n";
      }
    }
    return lines;
  }

  /// What belongs to the dataset as a whole, the manifest last. `lines` of all ranks.
  void finish(const std::vector<std::string>& lines) const;

 private:
  [[nodiscard]] std::string folder() const {
    return dataset_folder(dataset_.description.name, dataset_.description.version).generic_string();
  }
  [[nodiscard]] std::string write_shard_of(std::size_t split, std::size_t shard) const;

  const DatasetFolder& dataset_;
  const Plan& plan_;
  ExampleSchema schema_;
  OutputFolder files_;
};

std::string Repartition::write_shard_of(std::size_t split, std::size_t shard) const {
  const DatasetDescription& about = dataset_.description;
  const ShardPlace place{about.name, about.version, plan_.totals[split].name, static_cast<int>(shard),
                         static_cast<int>(plan_.totals[split].shards)};
  std::vector<ShardPart> parts;
  for (std::size_t old = 0; old < plan_.cuts[split].size(); ++old) {
    const std::vector<std::int64_t>& cuts = plan_.cuts[split][old];
    parts.push_back({dataset_.splits[split].shards[old].path, cuts[shard], cuts[shard + 1]});
  }
  const ShardSummary summary = gather_shard(files_.below(folder()), place, schema_, plan_.provenance, parts);
  const PublishedFile file = describe_file(files_.root(), folder() + "/" + summary.file_name);
  return Json{split, shard, summary.file_name, summary.rows, file.bytes, file.sha256}.dump();
}

void Repartition::finish(const std::vector<std::string>& lines) const {
  std::vector<std::vector<ShardRows>> shards;
  for (const SplitTotals& split : plan_.totals) shards.emplace_back(split.shards);
  std::vector<PublishedFile> files;
  for (const std::string& text : lines) {
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
      const Json line = Json::parse(text.substr(at, text.find('\n', at) - at));
      shards.at(line[0]).at(line[1]) = {line[2], line[3], schema_.most_annotations};
      files.push_back({folder() + "/" + line[2].get<std::string>(), line[4], line[5]});
    }
  }
  DatasetDescription about = dataset_.description;
  const OutputFolder below = files_.below(folder());
  for (std::size_t s = 0; s < shards.size(); ++s) {
    about.splits[s] = {plan_.totals[s].name, plan_.totals[s].rows * example_bytes(schema_), {}};
    for (const ShardRows& shard : shards[s]) about.splits[s].shard_lengths.push_back(shard.rows);
    const SplitPlace place{about.name, about.version, plan_.totals[s].name};
    const std::string name = write_split_index(below, place, schema_, plan_.provenance, shards[s]);
    files.push_back(describe_file(files_.root(), folder() + "/" + name));
  }
  const auto add = [&](const std::string& name, const std::string& text) {
    below.publish_text(name, text);
    files.push_back(describe_text(folder() + "/" + name, text));
  };
  add("features.json", features_json(schema_));
  add("dataset_info.json", dataset_info_json(about));
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

void say(const Plan& plan, const DatasetFolder& dataset) {
  for (const SplitTotals& split : plan.totals) {
    const std::string dropped = split.dropped > 0 ? ", " + std::to_string(split.dropped) + " rows dropped" : "";
    std::printf("%s: %lld rows in %zu shards%s\n", split.name.c_str(), static_cast<long long>(split.rows), split.shards,
                dropped.c_str());
  }
  if (has_tfrecords(dataset))
    std::puts("TFRecord shards are not cut anew, these are HDF5; TFDS itself reads equal parts (tfds.even_splits)");
}

}  // namespace

int run_repartition(Communicator& world, const RepartitionOptions& options) {
  std::string text;
  std::unique_ptr<StagedFolder> staged;
  on_lead(world, [&] {
    if (options.shards < 1 || options.shards > 99'999)
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
    repartition.emplace(dataset, plan, OutputFolder{StagedFolder::path_for(options.output), options.scratch});
    lines = repartition->write_share(world, stop);
  });
  const std::vector<std::string> all = world.gather(lines);
  on_lead(world, [&] {
    repartition->finish(all);
    staged->publish();
    say(plan, dataset);
  });
  return exit_code::kDone;
}

}  // namespace veery
