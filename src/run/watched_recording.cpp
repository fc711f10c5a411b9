#include "run/watched_recording.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>

#include <veery/base/error.hpp>
#include <veery/base/recording_path.hpp>
#include <veery/base/version.hpp>
#include <veery/state/utc.hpp>

#include "run/run_plan.hpp"
#include "run/time_budget.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

bool is_of_the_system(const Refusal& refusal) {
  return refusal.reason == Reason::unreadable;
}

OrRefusal<Recording> probe(const ProcessOptions& options, const std::string& path, const WatchTools& tools) {
  const double limit_s = recording_time_limit_s(options.time, 0.0, false);
  if (auto refusal = tools.suspects.judge_header(path, limit_s)) return *std::move(refusal);
  const StartedMarks::Mark mark = tools.marks.start(header_mark(path), limit_s);
  return probe_recording(options.archive.archive, path, options.archive.probe);
}

RecordingOutcome refused(Refusal refusal) {
  RecordingOutcome outcome;
  outcome.refusal = std::move(refusal);
  return outcome;
}

/// A plan of the recording alone, with which a run would give its files the same names and bytes.
RecordingOutcome work_on(const ProcessOptions& options, const Recording& recording, bool keeps_extension,
                         const WatchTools& tools, const std::atomic<bool>& dropped) {
  const double limit_s = recording_time_limit_s(options.time, recording.claimed_s(), tools.network.model != nullptr);
  if (auto refusal = tools.suspects.judge(recording.path, limit_s, dropped)) return refused(*std::move(refusal));
  ArchiveIndex index;
  index.recordings.push_back(recording);
  RunPlan plan = make_run_plan(std::move(index), options, tools.network.info());
  if (keeps_extension) plan.ambiguous_stems.emplace(without_extension(recording.path), 0);
  const StartedMarks::Mark mark = tools.marks.start(recording.path, limit_s);
  return RecordingWork{plan, options, plan.work.units.front(), 0, nullptr, tools.network.batcher.get(), dropped}.run();
}

/// Not even reading such a file is safe.
bool ends_process(const RecordingOutcome& outcome) {
  return outcome.refusal && outcome.refusal->reason == Reason::ends_process;
}

/// 0: it can't be read.
std::uint64_t digest_of(const std::filesystem::path& path) {
  try {
    return xxh3_64_of_file(path);
  } catch (const SystemError&) {
    return 0;
  }
}

Json describe_slice(const RecordingOutcome& outcome, std::size_t number, int sample_rate_hz) {
  const Example& example = outcome.examples[number];
  const auto seconds = [&](auto samples) { return static_cast<double>(samples) / sample_rate_hz; };
  Json slice{{"start_s", seconds(example.segment_start)}, {"end_s", seconds(example.segment_end)}};
  if (!example.start_time.empty()) slice["start_time"] = example.start_time;
  if (example.peak_sample >= 0) slice["peak_s"] = seconds(example.peak_sample);
  if (!std::isnan(example.peak_energy)) slice["peak_energy"] = example.peak_energy;
  if (number < outcome.clips.size()) slice["clip"] = outcome.clips[number].path;
  return slice;
}

Json describe_stems(const StemsRow& row) {
  Json stems = Json::array();
  for (const StemsRow::Stem& stem : row.stems) {
    Json one{{"file", stem.file}, {"rms_db", nullptr}, {"peak", stem.peak}, {"loudness_rank", stem.loudness_rank}};
    if (stem.rms_db) one["rms_db"] = *stem.rms_db;
    stems.push_back(std::move(one));
  }
  return {{"sample_rate_hz", row.sample_rate_hz},
          {"samples", row.samples},
          {"gain", row.gain},
          {"residual_db", row.residual_db},
          {"flagged", row.flagged},
          {"seams", row.seams},
          {"lowest_confidence", row.lowest_confidence},
          {"sources", std::move(stems)}};
}

Json describe_files(const RecordingOutcome& outcome) {
  Json files = Json::array();
  for (const auto* list : {&outcome.clips, &outcome.stem_files}) {
    for (const PublishedFile& file : *list)
      files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  }
  return files;
}

Json describe_lost(const std::vector<LostRange>& ranges) {
  Json lost = Json::array();
  for (const LostRange& range : ranges) {
    lost.push_back({{"begin", range.begin},
                    {"end", range.end},
                    {"reason", reason_name(range.refusal.reason)},
                    {"detail", range.refusal.detail}});
  }
  return lost;
}

void add_recording(const Recording& recording, Json& json) {
  json["duration_s"] = recording.claimed_s();
  json["sample_rate_hz"] = recording.audio.sample_rate_hz;
  json["channels"] = recording.audio.channels;
  if (recording.start) json["start_time"] = format_time(*recording.start);
  json["site"] = recording.site;
}

}  // namespace

bool WatchedOutcome::is_unreadable() const {
  const auto is_lost = [](const LostRange& range) { return is_of_the_system(range.refusal); };
  return (work.refusal && is_of_the_system(*work.refusal)) || (!work.refusal && work.file_xxh3 == 0) ||
         std::any_of(work.account.lost.begin(), work.account.lost.end(), is_lost);
}

WatchedOutcome process_watched(const ProcessOptions& options, const std::string& path, bool keeps_extension,
                               const WatchTools& tools, const std::atomic<bool>& dropped) {
  const auto begin = std::chrono::steady_clock::now();
  WatchedOutcome outcome;
  auto probed = probe(options, path, tools);
  if (auto* refusal = std::get_if<Refusal>(&probed)) {
    outcome.work = refused(std::move(*refusal));
  } else {
    outcome.recording = std::get<Recording>(std::move(probed));
    outcome.work = work_on(options, *outcome.recording, keeps_extension, tools, dropped);
  }
  if (!ends_process(outcome.work)) outcome.work.file_xxh3 = digest_of(options.archive.archive / path);
  outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

FinishedRecording finished_of(const std::string& path, const FileState& state, const WatchedOutcome& outcome) {
  FinishedRecording finished{
      path, state.bytes, state.mtime_ns, outcome.work.file_xxh3, outcome.work.refusal.has_value(), {}};
  for (const auto* list : {&outcome.work.clips, &outcome.work.stem_files}) {
    for (const PublishedFile& file : *list) finished.files.push_back(file.path);
  }
  return finished;
}

std::string result_to_text(const FinishedRecording& finished, const WatchedOutcome& outcome, int sample_rate_hz,
                           bool again) {
  const RecordingOutcome& work = outcome.work;
  Json json{{"path", finished.path},
            {"bytes", finished.bytes},
            {"mtime_ns", finished.mtime_ns},
            {"xxh3", hex64(finished.xxh3)}};
  if (again) json["again"] = true;
  if (outcome.recording) add_recording(*outcome.recording, json);
  if (work.refusal) {
    json["refused"] = reason_name(work.refusal->reason);
    json["detail"] = work.refusal->detail;
  }
  Json slices = Json::array();
  for (std::size_t i = 0; i < work.examples.size(); ++i) slices.push_back(describe_slice(work, i, sample_rate_hz));
  json["slices"] = std::move(slices);
  if (work.stems) json["stems"] = describe_stems(*work.stems);
  json["lost"] = describe_lost(work.account.lost);
  json["files"] = describe_files(work);
  json["took_s"] = outcome.seconds;
  json["finished_at"] = utc_now();
  json["veery"] = program_version();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace veery
