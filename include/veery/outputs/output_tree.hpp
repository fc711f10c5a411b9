#pragma once
// Every name under the output folder. Paths inside it are relative, with '/' between folders.
#include <string>
#include <string_view>

/// Names relative to the output folder.
namespace veery::output_name {
inline constexpr std::string_view kOptions = "options.json";  ///< the options that change results
inline constexpr std::string_view kIndex = "index.csv";
inline constexpr std::string_view kSlices = "slices.csv";
inline constexpr std::string_view kQuarantine = "quarantine.csv";
inline constexpr std::string_view kManifest = "manifest.json";
inline constexpr std::string_view kClasses = "classes.txt";  ///< of annotated runs: one name a line
inline constexpr std::string_view kRefusedAnnotations = "refused_annotations.csv";
inline constexpr std::string_view kUnits = "units";
inline constexpr std::string_view kClips = "slices";
inline constexpr std::string_view kStems = "stems";
inline constexpr std::string_view kStemTable = "stems.csv";

// About runs, not results: these differ between equal runs.
inline constexpr std::string_view kRun = "run.json";         ///< how the last run went, in full
inline constexpr std::string_view kStatus = "status.json";   ///< how a run is going, or ended
inline constexpr std::string_view kLease = "lease.json";     ///< while a run holds the folder
inline constexpr std::string_view kStarted = "started";      ///< marks of recordings in work, while a run lasts
inline constexpr std::string_view kAccused = "accused.csv";  ///< recordings over which processes died

// Of `veery watch`.
inline constexpr std::string_view kWatch = "watch.jsonl";      ///< the recordings that are finished, one a line
inline constexpr std::string_view kWatchWork = ".watch.work";  ///< files of the recording in work

[[nodiscard]] std::string marks(int rank);        ///< "started/3.marks"
[[nodiscard]] std::string unit_record(int unit);  ///< "units/00003.json"

/// "slices/SITE/20240601_060000_t00123.450.flac" for a slice of "SITE/20240601_060000.wav". `keep_extension`:
/// another recording in that folder differs only in its extension: "…/20240601_060000.wav-t00123.450.flac".
/// `earlier`: how many slices of the recording have begun in that millisecond before: "…_t00123.450-2.flac" is the
/// second.
[[nodiscard]] std::string clip(const std::string& recording_path, double start_s, std::string_view extension,
                               bool keep_extension, int earlier = 0);

/// Likewise "stems/SITE/20240601_060000_source0.flac", "…/20240601_060000.wav-source0.flac".
[[nodiscard]] std::string stem(const std::string& recording_path, int source, std::string_view extension,
                               bool keep_extension);
/// All stems of a recording in one file: "stems/SITE/20240601_060000_sources.h5".
[[nodiscard]] std::string stem_set(const std::string& recording_path, bool keep_extension);
/// Where the windows of a recording were joined: "stems/SITE/20240601_060000_seams.csv".
[[nodiscard]] std::string seams(const std::string& recording_path, bool keep_extension);
}  // namespace veery::output_name
