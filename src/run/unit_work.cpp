#include "run/unit_work.hpp"

#include <algorithm>
#include <utility>

#include <veery/base/staged_file.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/shard_writer.hpp>

#include "run/slice_rows.hpp"

namespace veery {
UnitWork::UnitWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit, Batcher* batcher)
    : plan_(plan),
      options_(options),
      unit_(unit),
      batcher_(batcher),
      outcomes_(unit.recordings.size()),
      left_(unit.recordings.size()) {
  if (options.dataset.shards)
    spool_.emplace(options.scratch.empty() ? options.output : options.scratch, row_bytes(plan.schema));
}

void UnitWork::process(std::size_t i) {
  const Recording& recording = plan_.index.recordings[unit_.recordings[i]];
  try {
    RowSpool* const spool = spool_ ? &*spool_ : nullptr;
    RecordingOutcome outcome = RecordingWork{plan_, options_, recording, spool, batcher_, dropped_}.run();
    const std::lock_guard lock{mutex_};
    outcomes_[i] = std::move(outcome);
  } catch (const Dropped&) {
    return;  // so the unit is never complete
  }
  --left_;
}

void UnitWork::add_to(RankProgress& progress) const {
  const std::lock_guard lock{mutex_};
  for (const std::optional<RecordingOutcome>& outcome : outcomes_) {
    if (!outcome) continue;
    const RecordingAccount& account = outcome->account;
    progress.recordings += 1.0;
    progress.bad += outcome->refusal || !account.lost.empty() ? 1.0 : 0.0;
    progress.slices += static_cast<double>(account.slices);
    progress.audio_s += static_cast<double>(account.samples) / options_.stream.sample_rate_hz;
    progress.decode_s += account.decode_s;
    progress.peaks_s += account.peaks_s;
  }
}

void UnitWork::describe_recording(const Recording& recording, const RecordingOutcome& outcome,
                                  UnitRecord& record) const {
  RecordingRow row;
  row.path = recording.path;
  const std::int64_t named = outcome.account.lost.empty() ? 0 : outcome.account.lost.back().end;
  const bool guessed = recording.audio.length_is_estimated() && !outcome.refusal;
  row.claimed_frames = std::max(guessed ? named : recording.audio.claimed_frames, outcome.account.frames_read);
  row.frames_read = outcome.account.frames_read;
  row.sample_rate_hz = recording.audio.sample_rate_hz;
  row.slices = outcome.account.slices;
  row.slices_on_lost = outcome.account.slices_on_lost;
  if (outcome.refusal) record.lost.push_back({recording.path, 0, row.claimed_frames, *outcome.refusal});
  for (const LostRange& lost : outcome.account.lost)
    record.lost.push_back({recording.path, lost.begin, lost.end, lost.refusal});
  record.recordings.push_back(std::move(row));
}

/// Gathers the unit's examples in the order of its recordings.
std::vector<SliceRow> UnitWork::collect(std::vector<Example>& examples, UnitRecord& record) const {
  std::vector<SliceRow> slices;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    const RecordingOutcome& outcome = *outcomes_[i];
    describe_recording(plan_.index.recordings[unit_.recordings[i]], outcome, record);
    for (std::size_t s = 0; s < outcome.examples.size(); ++s) {
      examples.push_back(outcome.examples[s]);
      slices.push_back(to_row(outcome.examples[s]));
      if (options_.clips) slices.back().clip = outcome.clips[s].path;
    }
    record.files.insert(record.files.end(), outcome.clips.begin(), outcome.clips.end());
    record.files.insert(record.files.end(), outcome.stem_files.begin(), outcome.stem_files.end());
    if (outcome.stems) record.stems.push_back(*outcome.stems);
  }
  return slices;
}

void UnitWork::write_rows(const std::vector<Example>& examples, std::vector<SliceRow>& slices,
                          UnitRecord& record) const {
  const DatasetOptions& dataset = options_.dataset;
  const std::filesystem::path folder = dataset_folder(dataset.name, dataset.version);
  const ShardPlace place{dataset.name, dataset.version, unit_.split, unit_.shard, unit_.shards};
  Provenance provenance{{"fingerprint", record.fingerprint}, {"options", plan_.result_options}};
  if (!plan_.model_digest.empty()) provenance["model"] = plan_.model_digest;
  const ShardSummary shard = write_shard(options_.output / folder, place, plan_.schema, provenance, examples, *spool_);
  for (std::size_t row = 0; row < shard.order.size(); ++row) {
    slices[shard.order[row]].row = static_cast<std::int64_t>(row);
    slices[shard.order[row]].row_xxh3 = shard.row_hashes[row];
  }
  record.files.push_back(describe_file(options_.output, (folder / shard.file_name).generic_string()));
  record.shard = shard.file_name;
  record.shard_rows = shard.rows;
}

std::string UnitWork::finish() {
  UnitRecord record;
  record.unit = unit_.number;
  record.split = unit_.split;
  record.fingerprint = unit_fingerprint(plan_, unit_);
  std::vector<Example> examples;
  std::vector<SliceRow> slices = collect(examples, record);
  if (spool_) write_rows(examples, slices, record);
  record.slices = std::move(slices);
  std::string text = unit_record_to_json(record);
  publish_text(options_.output / output_name::unit_record(unit_.number), text);
  return text;
}

}  // namespace veery
