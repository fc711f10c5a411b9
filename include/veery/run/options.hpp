#pragma once
// What the commands are asked to do: plain values, filled by the command line, environment and configuration.
#include <filesystem>
#include <optional>
#include <string>

#include <veery/archive/work_plan.hpp>
#include <veery/audio/audio_file.hpp>
#include <veery/audio/recording_stream.hpp>
#include <veery/outputs/stem_files.hpp>
#include <veery/separation/device.hpp>
#include <veery/separation/stitcher.hpp>
#include <veery/shards/example.hpp>
#include <veery/slices/slice.hpp>

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
};

struct DatasetOptions {
  bool shards = true;
  std::string name = "recordings";
  std::string version = "1.0.0";
  AudioType audio_type = AudioType::int16;
  bool compress = false;
};

enum class Separate {
  nothing,
  slices,          ///< stems beside each row's mixture, in the shards
  recordings,      ///< stems of whole recordings, as files
  peaks_of_stems,  ///< slices around the peaks of each stem, in the shards, with all stems
};

struct SeparationOptions {
  Separate what = Separate::nothing;
  std::filesystem::path model;
  std::optional<int> model_rate_hz;  ///< for TorchScript modules that don't tell
  std::string device = "auto";
  Precision precision = Precision::float32;
  int batch = 0;  ///< windows; 0: chosen from the device's free memory
  WindowOptions windows;
  StemFormat format = StemFormat::flac16;
  bool at_source_rate = false;       ///< stems as files: else at the model's rate
  double residual_limit_db = -40.0;  ///< of what the stems miss against the mixture; above it a recording is flagged
};

/// When a run ends before all is done. None of this changes results.
struct TimeOptions {
  double walltime_s = 0.0;           ///< of the job, from the program's start; 0: no limit
  double stop_before_end_s = 300.0;  ///< of the walltime: from then on no unit is begun
  double grace_s = 120.0;            ///< that units in work may still take once the run is to end
};

struct ProcessOptions {
  ArchiveOptions archive;
  std::filesystem::path output;
  StreamOptions stream;
  SliceOptions slices;
  PlanOptions plan;
  DatasetOptions dataset;
  bool slicing = true;
  std::optional<AudioFormat> clips;  ///< slices as audio files too
  SeparationOptions separation;
  std::filesystem::path scratch;  ///< for rows on their way; empty: the output folder
  int threads = 0;                ///< of this rank; 0: the cores it may use
  TimeOptions time;
  bool dry_run = false;
  bool allow_bad = false;
  ReportOptions report;
  std::string command_line;
  std::string configuration;  ///< the effective one, as TOML
};

/// The options that change results, as one JSON object whose keys are the options' names.
/// `model_digest`: of the separation model, empty without one.
[[nodiscard]] std::string result_options_json(const ProcessOptions& options, const std::string& model_digest);

/// Names each option that differs between two such texts, with both values; empty when none does.
[[nodiscard]] std::string describe_difference(const std::string& before, const std::string& now);

/// Throws UsageError for combinations that can't work.
void check_options(const ProcessOptions& options);

}  // namespace veery
