#pragma once
// The files that are written once all units are done.
#include <chrono>
#include <string>
#include <vector>

#include <veery/manifest/manifest.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"
#include "run/run_plan.hpp"

namespace veery {

/// Texts that follow from the index, the plan and the records alone: name below the output folder → content.
struct DerivedFiles {
  std::vector<std::pair<std::string, std::string>> texts;
  Totals totals;
};
[[nodiscard]] DerivedFiles derive_tables(const ArchiveIndex& index, const std::vector<UnitRecord>& records);

/// Tables, dataset description, split index files, and the manifest last. `records` ascending by unit.
Totals publish_results(const ProcessOptions& options, const RunPlan& plan, const std::vector<UnitRecord>& records);

/// Where the ranks ran.
struct RunPlaces {
  std::vector<std::string> hosts;
  std::vector<std::string> devices;  ///< of the network; empty texts without separation
  const ModelInfo* model = nullptr;
};

/// run.json: how this run went.
void publish_run(const ProcessOptions& options, const RunPlaces& places, const std::vector<RankProgress>& ranks,
                 std::chrono::system_clock::time_point start, int exit_code);

}  // namespace veery
