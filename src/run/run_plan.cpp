#include "run/run_plan.hpp"

#include <algorithm>
#include <filesystem>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>

namespace veery {
namespace {

constexpr std::string_view kFormats = "shard 1, record 2";

/// The longest of the texts, at least 1, in whole groups of 8 bytes.
template <typename Text>
std::size_t column_bytes(const ArchiveIndex& index, Text&& text) {
  std::size_t longest = 1;
  for (const Recording& recording : index.recordings) longest = std::max(longest, text(recording).size());
  return (longest + 7) / 8 * 8;
}

}  // namespace

RunPlan make_run_plan(ArchiveIndex index, const ProcessOptions& options, const ModelInfo* model) {
  RunPlan plan;
  plan.work = plan_work(index, options.plan);
  plan.schema.sample_rate_hz = options.stream.sample_rate_hz;
  plan.schema.samples_per_row = samples_in(options.slices.interval_s, options.stream.sample_rate_hz);
  plan.schema.audio_type = options.dataset.audio_type;
  plan.schema.compress = options.dataset.compress;
  plan.schema.filename_bytes = column_bytes(index, [](const Recording& r) -> const std::string& { return r.path; });
  plan.schema.site_bytes = column_bytes(index, [](const Recording& r) -> const std::string& { return r.site; });
  if (model != nullptr) {
    plan.model_digest = model->digest;
    if (options.separation.what != Separate::recordings) plan.schema.stems = model->sources;
  }
  plan.result_options = result_options_json(options, plan.model_digest);
  std::set<std::string> seen;
  for (const Recording& recording : index.recordings) {
    const std::string stem = std::filesystem::path{recording.path}.replace_extension().generic_string();
    if (!seen.insert(stem).second) plan.ambiguous_stems.insert(stem);
  }
  plan.index = std::move(index);
  return plan;
}

std::string unit_fingerprint(const RunPlan& plan, const WorkUnit& unit) {
  std::string text = std::string{kFormats} + "\n" + plan.result_options;
  text += csv_row({std::to_string(unit.number), unit.split, std::to_string(unit.shard), std::to_string(unit.shards),
                   std::to_string(plan.schema.filename_bytes), std::to_string(plan.schema.site_bytes)});
  ArchiveIndex recordings;
  for (const std::size_t i : unit.recordings) recordings.recordings.push_back(plan.index.recordings[i]);
  return sha256_hex(text + index_to_text(recordings));
}

}  // namespace veery
