#pragma once
// One recording of a unit: its slices and stems, on one thread.
#include <atomic>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/manifest/unit_record.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/separate_recording.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/row_spool.hpp>
#include <veery/slices/slice_recording.hpp>

#include "run/run_plan.hpp"

namespace veery {

/// What came of a recording.
struct RecordingOutcome {
  RecordingAccount account;
  std::optional<Refusal> refusal;
  std::vector<Example> examples;
  std::vector<PublishedFile> clips;       ///< one an example, when clips are wanted
  std::vector<PublishedFile> stem_files;  ///< stems and their seams
  std::optional<StemsRow> stems;
  std::uint64_t file_xxh3 = 0;
  std::int64_t slices_unlabelled = 0;  ///< left out for want of a label
};

/// Thrown where a recording is left off because its unit was dropped.
struct Dropped {};

class RecordingWork {
 public:
  /// `recording`: its place in the index. `spool`: where rows wait, null without shards. `batcher`: null without
  /// separation. All must outlive it.
  RecordingWork(const RunPlan& plan, const ProcessOptions& options, const WorkUnit& unit, std::size_t recording,
                RowSpool* spool, Batcher* batcher, const std::atomic<bool>& dropped);

  /// Throws Error only for our own outputs and for the model, and Dropped soon after `dropped` was set.
  [[nodiscard]] RecordingOutcome run() &&;

 private:
  void cut_slices();
  void cut_around_stems_peaks();
  void write_stems();

  void leave_if_dropped() const;
  /// Whether the slice is kept; if not, it is counted.
  [[nodiscard]] bool has_wanted_label(const Slice& slice);
  [[nodiscard]] std::vector<SliceAnnotation> annotations_of(const Slice& slice) const;
  void keep(const Slice& slice, int peak_source, std::span<const float> mixture,
            std::span<const std::span<const float>> stems);
  void keep_separated(const Slice& slice, std::span<const float> mixture, const StemBlock& stems);
  [[nodiscard]] std::string clip_name(const Slice& slice);
  [[nodiscard]] PublishedFile write_clip(const Slice& slice, std::span<const float> samples);
  void take_account(const SeparationAccount& account);
  void note_not_separated(const SeparationAccount& account);

  const RunPlan& plan_;
  const ProcessOptions& options_;
  const Recording& recording_;
  const Marks& marks_;
  RowSpool* spool_;
  Batcher* batcher_;
  const std::atomic<bool>& dropped_;
  std::filesystem::path path_;
  bool keeps_extension_;
  std::vector<LostRange> not_separated_;  ///< slices without stems
  std::unordered_set<std::string> clip_names_;
  RecordingOutcome outcome_;
};

}  // namespace veery
