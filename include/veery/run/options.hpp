#pragma once
// What the commands are asked to do: plain values, filled by the command line, environment and configuration.
#include <filesystem>
#include <optional>
#include <string>

#include <veery/archive/work_plan.hpp>
#include <veery/audio/audio_file.hpp>
#include <veery/audio/recording_stream.hpp>
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
  std::filesystem::path archive;
  std::filesystem::path files_from;  ///< a list of paths instead of the whole tree
};

struct DatasetOptions {
  bool shards = true;
  std::string name = "recordings";
  std::string version = "1.0.0";
  AudioType audio_type = AudioType::int16;
  bool compress = false;
};

struct ProcessOptions {
  ArchiveOptions archive;
  std::filesystem::path output;
  StreamOptions stream;
  SliceOptions slices;
  PlanOptions plan;
  DatasetOptions dataset;
  std::optional<AudioFormat> clips;  ///< slices as audio files too
  std::filesystem::path scratch;     ///< for rows on their way; empty: the output folder
  int threads = 0;                   ///< of this rank; 0: the cores it may use
  bool dry_run = false;
  bool allow_bad = false;
  ReportOptions report;
  std::string command_line;
  std::string configuration;  ///< the effective one, as TOML
};

/// The options that change results, as one JSON object whose keys are the options' names.
[[nodiscard]] std::string result_options_json(const ProcessOptions& options);

/// Names each option that differs between two such texts, with both values; empty when none does.
[[nodiscard]] std::string describe_difference(const std::string& before, const std::string& now);

/// Throws UsageError for combinations that can't work.
void check_options(const ProcessOptions& options);

}  // namespace veery
