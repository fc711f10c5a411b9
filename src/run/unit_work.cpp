#include "run/unit_work.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <veery/base/digest.hpp>
#include <veery/base/error.hpp>
#include <veery/base/file_descriptor.hpp>
#include <veery/manifest/manifest.hpp>
#include <veery/outputs/output_tree.hpp>
#include <veery/shards/tfrecord_writer.hpp>

#include "run/slice_rows.hpp"
#include "run/time_budget.hpp"

namespace veery {
namespace {

constexpr std::size_t kRecordingsToAsk = 8;

/// What can't be read to its end a second time was not read well: the next run does the unit anew.
void add_digest(const std::filesystem::path& path, const AudioInfo& audio, RecordingOutcome& outcome) {
  try {
    outcome.file_xxh3 = xxh3_64_of_file(path);
  } catch (const SystemError& failure) {
    std::vector<LostRange>& lost = outcome.account.lost;
    const bool known = std::any_of(lost.begin(), lost.end(),
                                   [](const LostRange& range) { return range.refusal.reason == Reason::unreadable; });
    if (known) return;
    const std::int64_t read = outcome.account.frames_read;
    const std::int64_t end = audio.length_is_estimated() ? read : std::max(audio.claimed_frames, read);
    lost.push_back({end, end, {Reason::unreadable, failure.cause()}});
  }
}

bool is_of_the_system(const Refusal& refusal) {
  return refusal.reason == Reason::unreadable;
}

bool was_not_given(const RecordingOutcome& outcome) {
  const std::vector<LostRange>& lost = outcome.account.lost;
  return (outcome.refusal && is_of_the_system(*outcome.refusal)) ||
         std::any_of(lost.begin(), lost.end(), [](const LostRange& range) { return is_of_the_system(range.refusal); });
}

/// Its beginning, at the first try.
bool can_be_read(const std::filesystem::path& path) {
  try {
    std::array<std::byte, 1> first{};
    return FileDescriptor::open(path, O_RDONLY, {.tries = 1}).read_at(0, first) == first.size();
  } catch (const SystemError&) {
    return false;
  }
}

/// Whether the archive gives any of a few recordings. `bad`: those, by their place in the index, that it did not give;
/// where there are no others, it does as long as one of them is there.
bool is_readable(const std::filesystem::path& archive, const ArchiveIndex& index, const std::set<std::size_t>& bad) {
  const std::size_t step = std::max(index.recordings.size() / kRecordingsToAsk, std::size_t{1});
  bool asked = false;
  for (std::size_t i = 0; i < index.recordings.size(); i += step) {
    if (bad.contains(i)) continue;
    if (can_be_read(archive / index.recordings[i].path)) return true;
    asked = true;
  }
  std::error_code failure;
  return !asked && std::any_of(bad.begin(), bad.end(), [&](std::size_t number) {
    return std::filesystem::exists(archive / index.recordings[number].path, failure);
  });
}

/// Whose work it was that failed.
Error failure_of(const WorkUnit& unit, const Error& cause) {
  return Error{"unit " + std::to_string(unit.number) + " is not done", cause.what()};
}

}  // namespace

UnitWork::UnitWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit, const RankTools& tools)
    : plan_(plan),
      options_(options),
      unit_(unit),
      tools_(tools),
      outcomes_(unit.recordings.size()),
      left_(unit.recordings.size()) {
  if (options.dataset.shards.any()) spool_.emplace(options.files().scratch(), row_bytes(plan.schema_of(unit)));
}

RecordingOutcome UnitWork::outcome_of(std::size_t number) {
  const Recording& recording = plan_.index.recordings[number];
  const std::filesystem::path path = options_.archive.archive / recording.path;
  const bool separates = tools_.batcher != nullptr;
  const double limit_s = recording_time_limit_s(options_.time, recording.claimed_s(), separates);
  if (auto refusal = tools_.suspects.judge(recording.path, limit_s, dropped_)) {
    RecordingOutcome outcome;
    outcome.refusal = std::move(refusal);
    return outcome;
  }
  const Turns::Turn turn = tools_.suspects.wait_for_turn(recording.path, dropped_);
  if (!turn.is_held()) throw Dropped{};
  const StartedMarks::Mark mark = tools_.marks.start(recording.path, limit_s);
  RowSpool* const spool = spool_ ? &*spool_ : nullptr;
  RecordingOutcome outcome = RecordingWork{plan_, options_, unit_, number, spool, tools_.batcher, dropped_}.run();
  if (!outcome.refusal) add_digest(path, recording.audio, outcome);
  return outcome;
}

void UnitWork::process(std::size_t i) {
  try {
    RecordingOutcome outcome = outcome_of(unit_.recordings[i]);
    const std::scoped_lock lock{mutex_};
    outcomes_[i] = std::move(outcome);
  } catch (const Dropped&) {
    return;  // so the unit is never complete
  } catch (const Error& cause) {
    throw failure_of(unit_, cause);
  }
  --left_;
}

void UnitWork::add_to(RankProgress& progress) const {
  const std::scoped_lock lock{mutex_};
  for (const std::optional<RecordingOutcome>& outcome : outcomes_) {
    if (!outcome) continue;
    const RecordingAccount& account = outcome->account;
    progress.recordings += 1.0;
    progress.bad += outcome->refusal || !account.lost.empty() ? 1.0 : 0.0;
    progress.slices += static_cast<double>(account.slices);
    progress.audio_s += static_cast<double>(account.samples) / options_.stream.sample_rate_hz;
    progress.decode_s += account.decode_s;
    progress.peaks_s += account.peaks_s;
    progress.read_retries += static_cast<double>(account.read_retries);
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
  if (outcome.account.left_rest) row.frames_not_asked = row.claimed_frames - row.frames_read;
  row.sample_rate_hz = recording.audio.sample_rate_hz;
  row.slices = outcome.account.slices;
  row.slices_on_lost = outcome.account.slices_on_lost;
  row.slices_unlabelled = outcome.slices_unlabelled;
  row.file_xxh3 = outcome.file_xxh3;
  if (outcome.refusal) record.lost.push_back({recording.path, 0, row.claimed_frames, *outcome.refusal});
  for (const LostRange& lost : outcome.account.lost) {
    // The reader of a stream of unknown length can't tell how much it misses, the index can.
    const bool to_the_end = lost.refusal.reason == Reason::unreadable;
    record.lost.push_back({recording.path, lost.begin, to_the_end ? row.claimed_frames : lost.end, lost.refusal});
  }
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

ShardSummary UnitWork::write_hdf5(const std::vector<Example>& examples, UnitRecord& record) const {
  const DatasetOptions& dataset = options_.dataset;
  const std::filesystem::path folder = dataset_folder(dataset.name, dataset.version);
  const ShardPlace place{dataset.name, dataset.version, unit_.split, unit_.shard, unit_.shards};
  Provenance provenance{{"fingerprint", record.fingerprint}, {"options", plan_.result_options}};
  if (!plan_.model_digest.empty()) provenance["model"] = plan_.model_digest;
  ShardSummary shard = write_shard(options_.files().below(folder.generic_string()), place, plan_.schema_of(unit_),
                                   provenance, examples, *spool_);
  record.files.push_back(describe_file(options_.output, (folder / shard.file_name).generic_string()));
  record.shard = shard.file_name;
  return shard;
}

/// The file has the name that it keeps until another extension; the record, which is the same whenever the unit is
/// done, calls it by the count that was known when the unit was planned.
ShardSummary UnitWork::write_tfrecord(const std::vector<Example>& examples, UnitRecord& record) const {
  const DatasetOptions& dataset = options_.dataset;
  const std::filesystem::path folder = tfds_folder(dataset.name, dataset.version);
  const ShardPlace place{dataset.name, dataset.version, unit_.split, unit_.shard, plan_.shard_counts.at(unit_.split)};
  ShardSummary shard = write_tfrecord_shard(options_.files().below(folder.generic_string()), place,
                                            plan_.schema_of(unit_), dataset.tfds, examples, *spool_);
  record.files.push_back(describe_file(options_.output, (folder / shard.file_name).generic_string()));
  record.tfrecord = with_shard_count(shard.file_name, unit_.shards);
  record.files.back().path = (folder / record.tfrecord).generic_string();
  record.tfrecord_bytes = shard.payload_bytes;
  return shard;
}

void UnitWork::write_rows(const std::vector<Example>& examples, std::vector<SliceRow>& slices,
                          UnitRecord& record) const {
  ShardSummary shard;
  if (options_.dataset.shards.hdf5) shard = write_hdf5(examples, record);
  if (options_.dataset.shards.tfrecord) shard = write_tfrecord(examples, record);
  for (std::size_t row = 0; row < shard.order.size(); ++row) {
    slices[shard.order[row]].row = static_cast<std::int64_t>(row);
    slices[shard.order[row]].row_xxh3 = shard.row_hashes[row];
  }
  record.shard_rows = shard.rows;
}

std::string UnitWork::finish() {
  try {
    return write_unit();
  } catch (const Error& cause) {
    throw failure_of(unit_, cause);
  }
}

/// A node that loses its archive would refuse recording after recording, faster than any other node could read them.
void UnitWork::require_archive() const {
  std::set<std::size_t> bad;
  for (std::size_t i = 0; i < outcomes_.size(); ++i) {
    if (was_not_given(*outcomes_[i])) bad.insert(unit_.recordings[i]);
  }
  const std::filesystem::path& archive = options_.archive.archive;
  if (bad.empty() || is_readable(archive, plan_.index, bad)) return;
  throw Error{"the archive can't be read any more", archive.string(),
              "see that it is mounted, and run the same command again to continue"};
}

std::string UnitWork::write_unit() {
  require_archive();
  UnitRecord record;
  record.unit = unit_.number;
  record.split = unit_.split;
  record.fingerprint = unit_fingerprint(plan_, unit_);
  std::vector<Example> examples;
  std::vector<SliceRow> slices = collect(examples, record);
  if (spool_) write_rows(examples, slices, record);
  record.slices = std::move(slices);
  std::string text = unit_record_to_json(record);
  options_.files().publish_text(output_name::unit_record(unit_.number), text);
  return text;
}

}  // namespace veery
