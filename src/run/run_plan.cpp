#include "run/run_plan.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/digest.hpp>
#include <veery/base/recording_path.hpp>

namespace veery {
namespace {

constexpr std::string_view kFormats = "shard 1, record 3";

std::size_t column_bytes(std::size_t longest) {
  return (std::max<std::size_t>(longest, 1) + 7) / 8 * 8;
}

/// One schema an extension: its text columns are as wide as its recordings and those before need.
std::vector<ExampleSchema> schemas(const ArchiveIndex& index, const WorkPlan& work, const ExampleSchema& common,
                                   const ArchiveAnnotations& annotations, double interval_s) {
  std::vector<ExampleSchema> all(1, common);
  for (const WorkUnit& unit : work.units) {
    if (static_cast<std::size_t>(unit.extension) >= all.size())
      all.resize(static_cast<std::size_t>(unit.extension) + 1, common);
    ExampleSchema& schema = all[static_cast<std::size_t>(unit.extension)];
    for (const std::size_t i : unit.recordings) {
      schema.filename_bytes = std::max(schema.filename_bytes, column_bytes(index.recordings[i].path.size()));
      schema.site_bytes = std::max(schema.site_bytes, column_bytes(index.recordings[i].site.size()));
      if (annotations.marks.empty()) continue;
      const MarksInSlice bound = most_in_slice(annotations.marks[i], interval_s, annotations.classes);
      schema.label_bytes = std::max(schema.label_bytes, column_bytes(bound.label_bytes));
      schema.most_annotations = std::max(schema.most_annotations, bound.most);
    }
  }
  for (std::size_t e = 1; e < all.size(); ++e) {
    all[e].filename_bytes = std::max(all[e].filename_bytes, all[e - 1].filename_bytes);
    all[e].site_bytes = std::max(all[e].site_bytes, all[e - 1].site_bytes);
    all[e].label_bytes = std::max(all[e].label_bytes, all[e - 1].label_bytes);
    all[e].most_annotations = std::max(all[e].most_annotations, all[e - 1].most_annotations);
  }
  return all;
}

/// A recording keeps its extension from the second on that has its stem; all of the first run's do then.
std::map<std::string, int, std::less<>> ambiguous_stems(const ArchiveIndex& index, const WorkPlan& work) {
  std::unordered_map<std::string_view, int> first;
  first.reserve(index.recordings.size());
  std::map<std::string, int, std::less<>> second;
  for (std::size_t i = 0; i < index.recordings.size(); ++i) {
    const std::string_view stem = without_extension(index.recordings[i].path);
    int extension = work.units[static_cast<std::size_t>(work.unit_of[i])].extension;
    const auto [known, is_new] = first.try_emplace(stem, extension);
    if (is_new) continue;
    if (extension < known->second) std::swap(extension, known->second);
    const auto [entry, added] = second.try_emplace(std::string{stem}, extension);
    if (!added) entry->second = std::min(entry->second, extension);
  }
  return second;
}

}  // namespace

RunPlan make_run_plan(ArchiveIndex index, const ProcessOptions& options, const ModelInfo* model,
                      const Placements& earlier, ArchiveAnnotations annotations) {
  RunPlan plan;
  plan.work = plan_work(index, options.plan, earlier);
  ExampleSchema common;
  common.sample_rate_hz = options.stream.sample_rate_hz;
  common.samples_per_row = samples_in(options.slices.interval_s, options.stream.sample_rate_hz);
  common.audio_type = options.dataset.audio_type;
  common.compress = options.dataset.compress;
  common.keys = options.dataset.keys;
  common.filename_bytes = common.site_bytes = column_bytes(0);
  if (model != nullptr) {
    plan.model_digest = model->digest;
    if (options.separation.what != Separate::recordings) common.stems = model->sources;
  }
  for (const WorkUnit& unit : plan.work.units) ++plan.shard_counts[unit.split];
  if (!annotations.classes.empty()) {
    common.classes = annotations.classes;
    common.most_annotations = 1;
  }
  plan.schemas = schemas(index, plan.work, common, annotations, options.slices.interval_s);
  plan.annotations = std::move(annotations);
  plan.result_options = result_options_json(options, plan.model_digest);
  plan.ambiguous_stems = ambiguous_stems(index, plan.work);
  plan.index = std::move(index);
  return plan;
}

const Marks& RunPlan::marks_of(std::size_t recording) const {
  static const Marks kNone;
  return annotations.marks.empty() ? kNone : annotations.marks[recording];
}

bool RunPlan::keeps_extension(const Recording& recording, const WorkUnit& unit) const {
  const auto found = ambiguous_stems.find(without_extension(recording.path));
  return found != ambiguous_stems.end() && unit.extension >= found->second;
}

std::string unit_fingerprint(const RunPlan& plan, const WorkUnit& unit) {
  std::string text = std::string{kFormats} + "\n" + plan.result_options;
  text +=
      csv_row({std::to_string(unit.number), unit.split, std::to_string(unit.shard), std::to_string(unit.shards),
               std::to_string(plan.schema_of(unit).filename_bytes), std::to_string(plan.schema_of(unit).site_bytes)});
  if (plan.schema().is_annotated()) {
    const ExampleSchema& schema = plan.schema_of(unit);
    text += csv_row({std::to_string(schema.label_bytes), std::to_string(schema.most_annotations)});
    for (const std::size_t i : unit.recordings) text += marks_to_text(plan.marks_of(i)) + "\n";
  }
  ArchiveIndex recordings;
  for (const std::size_t i : unit.recordings) recordings.recordings.push_back(plan.index.recordings[i]);
  return sha256_hex(text + index_to_text(recordings));
}

}  // namespace veery
