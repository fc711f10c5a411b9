#pragma once
// What makes a folder of TFRecord shards one that TFDS opens.
#include <vector>

#include <veery/manifest/manifest.hpp>
#include <veery/run/options.hpp>

#include "run/run_plan.hpp"

namespace veery {

/// Gives the shards the names that the records give them, then writes features.json, and dataset_info.json last:
/// until then a reader finds the dataset as it was before the run. Returns all but the shards.
[[nodiscard]] std::vector<PublishedFile> publish_tfds(const ProcessOptions& options, const RunPlan& plan,
                                                      const std::vector<UnitRecord>& records);

}  // namespace veery
