#pragma once
// What all units of a run share; built once, then only read.
#include <set>
#include <string>

#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/separation_model.hpp>
#include <veery/shards/example.hpp>

namespace veery {

struct RunPlan {
  ArchiveIndex index;
  WorkPlan work;
  ExampleSchema schema;
  std::string result_options;
  std::string model_digest;               ///< empty: nothing is separated
  std::set<std::string> ambiguous_stems;  ///< paths without extension that several recordings share
};

/// `model`: null when nothing is separated.
[[nodiscard]] RunPlan make_run_plan(ArchiveIndex index, const ProcessOptions& options, const ModelInfo* model);

/// Changes when anything that changes the unit's results does.
[[nodiscard]] std::string unit_fingerprint(const RunPlan& plan, const WorkUnit& unit);

}  // namespace veery
