#include "run/unit_work.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <veery/base/digest.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/int16_audio.hpp>
#include <veery/shards/shard_writer.hpp>

namespace veery {
namespace {

std::vector<std::int16_t> as_int16(std::span<const float> samples) {
  std::vector<std::int16_t> converted(samples.size());
  to_int16(samples, converted);
  return converted;
}

std::string slice_time(const Recording& recording, const Slice& slice, int sample_rate_hz) {
  if (!recording.start) return {};
  RecordingTime time = *recording.start;
  time.local_ms += (slice.start * 1000 + sample_rate_hz / 2) / sample_rate_hz;
  return format_time(time);
}

Example describe(const Recording& recording, const Slice& slice, const ProcessOptions& options, std::size_t segment) {
  const int rate = options.stream.sample_rate_hz;
  const int source_rate = recording.audio.sample_rate_hz;
  // Perch counts in the padded row; the exact account counts what the recording holds.
  const bool compat = options.slices.peaks.compat == PerchCompat::on;
  Example example;
  example.recording_id = recording.id;
  example.segment_id = static_cast<std::int64_t>(segment);
  example.segment_start = static_cast<std::uint64_t>(slice.start);
  example.segment_end = static_cast<std::uint64_t>(compat ? slice.start + slice.length : slice.end());
  example.filename = recording.path;
  example.source_start_sample = source_position(slice.start, rate, source_rate);
  example.source_end_sample = std::min(source_position(slice.end(), rate, source_rate), recording.audio.claimed_frames);
  example.source_sample_rate_hz = source_rate;
  example.padded_samples = slice.padded();
  if (slice.peak) {
    example.peak_sample = slice.peak->sample;
    example.peak_energy = slice.peak->energy;
  }
  example.start_time = slice_time(recording, slice, rate);
  example.site = recording.site;
  return example;
}

SliceRow to_row(const Example& example) {
  SliceRow row;
  row.filename = example.filename;
  row.recording_id = example.recording_id;
  row.segment_id = example.segment_id;
  row.segment_start = example.segment_start;
  row.segment_end = example.segment_end;
  row.source_start_sample = example.source_start_sample;
  row.source_end_sample = example.source_end_sample;
  row.source_sample_rate_hz = example.source_sample_rate_hz;
  row.padded_samples = example.padded_samples;
  row.peak_sample = example.peak_sample;
  if (!std::isnan(example.peak_energy)) row.peak_energy = example.peak_energy;
  row.start_time = example.start_time;
  row.site = example.site;
  return row;
}

}  // namespace

UnitWork::UnitWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit)
    : plan_(plan), options_(options), unit_(unit), outcomes_(unit.recordings.size()), left_(unit.recordings.size()) {
  if (options.dataset.shards)
    spool_.emplace(options.scratch.empty() ? options.output : options.scratch, row_bytes(plan.schema));
}

void UnitWork::process(std::size_t i) {
  const Recording& recording = plan_.index.recordings[unit_.recordings[i]];
  Outcome outcome;
  auto account = slice_recording(
      options_.archive.archive / recording.path, options_.stream, options_.slices,
      [&](const Slice& slice, std::span<const float> samples) { keep(recording, slice, samples, outcome); });
  if (auto* refusal = std::get_if<Refusal>(&account)) {
    outcome.refusal = std::move(*refusal);
  } else {
    outcome.account = std::get<RecordingAccount>(std::move(account));
  }
  {
    const std::lock_guard lock{mutex_};
    outcomes_[i] = std::move(outcome);
  }
  --left_;
}

void UnitWork::keep(const Recording& recording, const Slice& slice, std::span<const float> samples, Outcome& outcome) {
  Example example = describe(recording, slice, options_, outcome.examples.size());
  if (spool_) {
    const bool as_floats = plan_.schema.audio_type == AudioType::float32;
    const std::vector<std::int16_t> integers = as_floats ? std::vector<std::int16_t>{} : as_int16(samples);
    example.spool_row = spool_->append(as_floats ? std::as_bytes(samples) : std::as_bytes(std::span{integers}));
  }
  outcome.examples.push_back(std::move(example));
  if (options_.clips) outcome.clips.push_back(write_clip(recording, slice, samples));
}

PublishedFile UnitWork::write_clip(const Recording& recording, const Slice& slice,
                                   std::span<const float> samples) const {
  const int rate = options_.stream.sample_rate_hz;
  const std::string stem = std::filesystem::path{recording.path}.replace_extension().generic_string();
  const std::string name = output_name::clip(recording.path, static_cast<double>(slice.start) / rate,
                                             file_extension(*options_.clips), plan_.ambiguous_stems.contains(stem));
  const bool shorter = options_.slices.mode == SliceMode::fixed && options_.slices.tail == Tail::remainder;
  AudioWriter writer{options_.output / name, *options_.clips, rate};
  writer.write(as_int16(shorter ? samples.first(static_cast<std::size_t>(slice.recorded)) : samples));
  writer.publish();
  FileDigest digest = digest_file(options_.output / name);
  return {name, digest.bytes, std::move(digest.sha256)};
}

void UnitWork::add_to(RankProgress& progress) const {
  const std::lock_guard lock{mutex_};
  for (const std::optional<Outcome>& outcome : outcomes_) {
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

void UnitWork::describe_recording(const Recording& recording, const Outcome& outcome, UnitRecord& record) const {
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
    const Outcome& outcome = *outcomes_[i];
    describe_recording(plan_.index.recordings[unit_.recordings[i]], outcome, record);
    for (std::size_t s = 0; s < outcome.examples.size(); ++s) {
      examples.push_back(outcome.examples[s]);
      slices.push_back(to_row(outcome.examples[s]));
      if (options_.clips) slices.back().clip = outcome.clips[s].path;
    }
    record.files.insert(record.files.end(), outcome.clips.begin(), outcome.clips.end());
  }
  return slices;
}

void UnitWork::write_rows(const std::vector<Example>& examples, std::vector<SliceRow>& slices,
                          UnitRecord& record) const {
  const DatasetOptions& dataset = options_.dataset;
  const std::filesystem::path folder = dataset_folder(dataset.name, dataset.version);
  const ShardPlace place{dataset.name, dataset.version, unit_.split, unit_.shard, unit_.shards};
  const Provenance provenance{{"fingerprint", record.fingerprint}, {"options", plan_.result_options}};
  const ShardSummary shard = write_shard(options_.output / folder, place, plan_.schema, provenance, examples, *spool_);
  for (std::size_t row = 0; row < shard.order.size(); ++row) {
    slices[shard.order[row]].row = static_cast<std::int64_t>(row);
    slices[shard.order[row]].row_xxh3 = shard.row_hashes[row];
  }
  FileDigest digest = digest_file(options_.output / folder / shard.file_name);
  record.files.push_back({(folder / shard.file_name).generic_string(), digest.bytes, std::move(digest.sha256)});
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
