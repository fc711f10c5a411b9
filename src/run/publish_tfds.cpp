#include "run/publish_tfds.hpp"

#include <string>
#include <utility>

#include <veery/shards/dataset_description.hpp>
#include <veery/shards/shard_place.hpp>

#include "run/published_texts.hpp"
#include "run/tfrecord_names.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

SplitDescription describe_split(const std::string& split, const std::vector<UnitRecord>& records) {
  SplitDescription description;
  description.name = split;
  for (const UnitRecord& record : records) {
    if (record.split != split) continue;
    description.shard_lengths.push_back(record.shard_rows);
    description.bytes += record.tfrecord_bytes;
  }
  return description;
}

}  // namespace

std::vector<PublishedFile> publish_tfds(const ProcessOptions& options, const RunPlan& plan,
                                        const std::vector<UnitRecord>& records) {
  const DatasetOptions& dataset = options.dataset;
  const fs::path folder = tfds_folder(dataset.name, dataset.version);
  DatasetDescription description = describe_dataset(dataset.name, dataset.version);
  for (const Split& split : options.plan.splits) description.splits.push_back(describe_split(split.name, records));
  settle_tfrecords(options.output / folder, records);
  return publish_texts(options.files(), folder, tfds_descriptions(plan.schema(), dataset.tfds, std::move(description)));
}

}  // namespace veery
