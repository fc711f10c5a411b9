#pragma once
// What all units of a run share; built once, then only read.
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <veery/annotations/archive_annotations.hpp>
#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/separation_model.hpp>
#include <veery/shards/example.hpp>

namespace veery {

struct RunPlan {
  ArchiveIndex index;
  WorkPlan work;
  ArchiveAnnotations annotations;           ///< the report is rank 0's alone
  std::vector<ExampleSchema> schemas;       ///< by extension
  std::map<std::string, int> shard_counts;  ///< of each split, with all extensions
  std::string result_options;
  std::string model_digest;  ///< empty: nothing is separated
  /// Paths without extension that several recordings share, and the extension of the run from which on they do.
  std::map<std::string, int, std::less<>> ambiguous_stems;

  /// Of the dataset as a whole.
  [[nodiscard]] const ExampleSchema& schema() const { return schemas.back(); }
  [[nodiscard]] const ExampleSchema& schema_of(const WorkUnit& unit) const {
    return schemas[static_cast<std::size_t>(unit.extension)];
  }
  /// Of a recording, by its place in the index.
  [[nodiscard]] const Marks& marks_of(std::size_t recording) const;
  /// Whether files made of the recording are named with its extension, because another one has its stem.
  [[nodiscard]] bool keeps_extension(const Recording& recording, const WorkUnit& unit) const;
};

/// `model`: null when nothing is separated.
/// `earlier`: what an earlier run planned, which stays.
[[nodiscard]] RunPlan make_run_plan(ArchiveIndex index, const ProcessOptions& options, const ModelInfo* model,
                                    const Placements& earlier = {}, ArchiveAnnotations annotations = {});

/// Changes when anything that changes the unit's results does.
[[nodiscard]] std::string unit_fingerprint(const RunPlan& plan, const WorkUnit& unit);

}  // namespace veery
