#pragma once
// One work unit from its first recording to its record: recordings in any order on any thread, then the shard
// and the record on the main thread.
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <veery/archive/work_plan.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/shards/shard_writer.hpp>
#include <veery/state/started_marks.hpp>

#include "run/progress.hpp"
#include "run/recording_work.hpp"
#include "run/run_plan.hpp"
#include "run/suspects.hpp"

namespace veery {

/// What the units of a rank share. All must outlive them.
struct RankTools {
  Batcher* batcher = nullptr;  ///< null when nothing is separated
  StartedMarks& marks;
  const Suspects& suspects;
};

class UnitWork {
 public:
  /// All references must outlive the object.
  UnitWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit, const RankTools& tools);

  [[nodiscard]] const WorkUnit& unit() const { return unit_; }
  [[nodiscard]] std::size_t recordings() const { return unit_.recordings.size(); }
  [[nodiscard]] bool complete() const { return left_ == 0; }

  /// Reads the i-th recording. Called once for each, from any thread. Throws Error naming the unit,
  /// only for our own outputs.
  void process(std::size_t i);

  /// Ends what is being read, soon: the unit is not to be finished. From any thread.
  void drop() { dropped_ = true; }

  /// Adds what has been read so far.
  void add_to(RankProgress& progress) const;

  /// Once complete: writes the shard and the record; returns the record's text. Throws Error naming the unit,
  /// also when the archive is not there any more: what was not read then is no refusal.
  [[nodiscard]] std::string finish();

 private:
  [[nodiscard]] RecordingOutcome outcome_of(std::size_t number);
  void require_archive() const;
  [[nodiscard]] std::string write_unit();
  [[nodiscard]] std::vector<SliceRow> collect(std::vector<Example>& examples, UnitRecord& record) const;
  void write_rows(const std::vector<Example>& examples, std::vector<SliceRow>& slices, UnitRecord& record) const;
  [[nodiscard]] ShardSummary write_hdf5(const std::vector<Example>& examples, UnitRecord& record) const;
  [[nodiscard]] ShardSummary write_tfrecord(const std::vector<Example>& examples, UnitRecord& record) const;
  void describe_recording(const Recording& recording, const RecordingOutcome& outcome, UnitRecord& record) const;

  const RunPlan& plan_;
  const ProcessOptions& options_;
  const WorkUnit& unit_;
  const RankTools& tools_;
  std::optional<RowSpool> spool_;
  mutable std::mutex mutex_;  ///< guards outcomes_ while recordings are being read
  std::vector<std::optional<RecordingOutcome>> outcomes_;
  std::atomic<std::size_t> left_;
  std::atomic<bool> dropped_ = false;
};

}  // namespace veery
