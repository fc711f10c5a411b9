#pragma once
// One work unit from its first recording to its record: recordings in any order on any thread, then the shard
// and the record on the main thread.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/slices/slice_recording.hpp>

#include "run/progress.hpp"

namespace veery {

/// What all units of a run share; built once, then only read.
struct RunPlan {
  ArchiveIndex index;
  WorkPlan work;
  ExampleSchema schema;
  std::string result_options;
  std::set<std::string> ambiguous_stems;  ///< paths without extension that several recordings share
};

[[nodiscard]] RunPlan make_run_plan(ArchiveIndex index, const ProcessOptions& options);

/// Changes when anything that changes the unit's results does.
[[nodiscard]] std::string unit_fingerprint(const RunPlan& plan, const WorkUnit& unit);

class UnitWork {
 public:
  /// All references must outlive the object.
  UnitWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit);

  [[nodiscard]] const WorkUnit& unit() const { return unit_; }
  [[nodiscard]] std::size_t recordings() const { return unit_.recordings.size(); }
  [[nodiscard]] bool complete() const { return left_ == 0; }

  /// Reads the i-th recording. Called once for each, from any thread. Throws Error only for our own outputs.
  void process(std::size_t i);

  /// Adds what has been read so far.
  void add_to(RankProgress& progress) const;

  /// Once complete: writes the shard and the record; returns the record's text.
  [[nodiscard]] std::string finish();

 private:
  struct Outcome {
    RecordingAccount account;
    std::optional<Refusal> refusal;
    std::vector<Example> examples;
    std::vector<PublishedFile> clips;
  };

  void keep(const Recording& recording, const Slice& slice, std::span<const float> samples, Outcome& outcome);
  [[nodiscard]] PublishedFile write_clip(const Recording& recording, const Slice& slice,
                                         std::span<const float> samples) const;
  [[nodiscard]] std::vector<SliceRow> collect(std::vector<Example>& examples, UnitRecord& record) const;
  void write_rows(const std::vector<Example>& examples, std::vector<SliceRow>& slices, UnitRecord& record) const;
  void describe_recording(const Recording& recording, const Outcome& outcome, UnitRecord& record) const;

  const RunPlan& plan_;
  const ProcessOptions& options_;
  const WorkUnit& unit_;
  std::optional<RowSpool> spool_;
  mutable std::mutex mutex_;  ///< guards outcomes_ while recordings are being read
  std::vector<std::optional<Outcome>> outcomes_;
  std::atomic<std::size_t> left_;
};

}  // namespace veery
