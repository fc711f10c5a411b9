#pragma once
// What the commands are asked to do: plain values, filled by the command line, environment and configuration.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <veery/annotations/annotation_table.hpp>
#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>
#include <veery/audio/audio_file.hpp>
#include <veery/audio/recording_stream.hpp>
#include <veery/base/output_folder.hpp>
#include <veery/outputs/stem_files.hpp>
#include <veery/separation/precision.hpp>
#include <veery/separation/windows.hpp>
#include <veery/shards/example.hpp>
#include <veery/shards/tfds_format.hpp>
#include <veery/slices/slice.hpp>
#include <veery/state/lease.hpp>

namespace veery {

/// Who is told what, and how often.
struct ReportOptions {
  bool quiet = false;
  bool verbose = false;
  double log_every_s = 30.0;       ///< a plain line, where there is no terminal for a live one
  std::filesystem::path log_file;  ///< empty: none
};

/// Which recordings.
struct ArchiveOptions {
  std::filesystem::path archive;     ///< a folder, or one recording
  std::filesystem::path files_from;  ///< a list of paths instead of the whole tree
  std::string only;                  ///< the one recording of `archive` that is meant; empty: all
  std::string time_zone;             ///< of the recorders' clocks: UTC, +10:00, America/Chicago; empty: not known
  ProbeOptions probe;                ///< its zone is that of `time_zone`, once `share_time_zone` has read it
};

/// What training shards are written as, from the same rows in the same order.
struct ShardFormats {
  bool hdf5 = true;
  bool tfrecord = false;  ///< in a folder of their own, for TensorFlow Datasets
  [[nodiscard]] bool any() const { return hdf5 || tfrecord; }
};

struct DatasetOptions {
  ShardFormats shards;
  std::string name = "recordings";
  std::string version = "1.0.0";
  AudioType audio_type = AudioType::int16;
  bool compress = false;  ///< of HDF5
  KeyRule keys;
  TfdsFormat tfds;  ///< of TFRecord
};

/// What labels slices.
struct LabelOptions {
  std::filesystem::path annotations;  ///< a table, or a folder with tables; empty: nothing is annotated
  std::filesystem::path classes;      ///< one name a line; empty: those that the annotations have
  TableOptions tables;
  bool drop_unlabelled = false;  ///< no slice without a label, nor with the class "unknown"

  [[nodiscard]] bool any() const { return !annotations.empty(); }
};

enum class Separate {
  nothing,
  slices,          ///< stems beside each row's mixture, in the shards
  recordings,      ///< stems of whole recordings, as files
  peaks_of_stems,  ///< slices around the peaks of each stem, in the shards, with all stems
};

struct SeparationOptions {
  Separate what = Separate::nothing;
  std::filesystem::path model;       ///< empty: the one that ships
  std::optional<int> model_rate_hz;  ///< for TorchScript modules that don't tell
  std::string device = "auto";
  Precision precision = Precision::float32;
  int batch = 0;  ///< windows; 0: chosen from the device's free memory
  WindowOptions windows;
  StemFormat format = StemFormat::flac16;
  bool at_source_rate = false;       ///< stems as files: else at the model's rate
  double residual_limit_db = -40.0;  ///< of what the stems miss against the mixture; above it a recording is flagged
};

/// When a run ends before all is done. None of this changes results, but for recordings that never end.
struct TimeOptions {
  double walltime_s = 0.0;                    ///< of the job, from the program's start; 0: no limit
  double deadline_s = 0.0;                    ///< when the job ends, in seconds since 1970 UTC; 0: not known
  double stop_before_end_s = 300.0;           ///< of the walltime: from then on no unit is begun
  double grace_s = 120.0;                     ///< that units in work may still take once the run is to end
  std::optional<double> recording_timeout_s;  ///< for a recording's work; 0: none; not set: by its length
  double rank_timeout_s = 600.0;              ///< without a sign of life a rank hangs; 0: wait for ever
};

/// What becomes of what an earlier run left in the output folder.
struct ContinueOptions {
  bool restart = false;  ///< removed
  bool extend = false;   ///< continued, with recordings that are new in the archive, and those that changed anew
  bool check = false;    ///< its files are read again, and units of which one differs are done anew
  LeaseTiming lease;
};

/// A recording to try without results, to see whether the process survives it.
struct TrialOptions {
  std::string recording;  ///< empty: none, do the work
  bool header_only = false;
};

struct ProcessOptions {
  ArchiveOptions archive;
  std::filesystem::path output;
  StreamOptions stream;
  SliceOptions slices;
  PlanOptions plan;
  DatasetOptions dataset;
  LabelOptions labels;
  bool slicing = true;
  std::optional<AudioFormat> clips;  ///< slices as audio files too
  SeparationOptions separation;
  std::filesystem::path scratch;  ///< for rows on their way and files under construction; empty: the output folder
  int threads = 0;                ///< of this rank; 0: the cores it may use
  TimeOptions time;
  ContinueOptions earlier;
  TrialOptions trial;
  bool dry_run = false;
  bool allow_bad = false;
  ReportOptions report;
  std::string command;                 ///< process, slice, separate or index
  std::vector<std::string> arguments;  ///< the command line
  std::string configuration;           ///< the effective one, as TOML

  [[nodiscard]] OutputFolder files() const { return {output, scratch}; }
};

/// The options that change results, as one JSON object whose keys are the options' names.
/// `model_digest`: of the separation model, empty without one.
[[nodiscard]] std::string result_options_json(const ProcessOptions& options, const std::string& model_digest);

/// Names each option that differs between two such texts, with both values; empty when none does.
[[nodiscard]] std::string describe_difference(const std::string& before, const std::string& now);

/// Throws UsageError for combinations that can't work.
void check_options(const ProcessOptions& options);

}  // namespace veery
