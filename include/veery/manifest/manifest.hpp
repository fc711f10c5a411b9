#pragma once
// The tables and the manifest of a run: a pure function of the index, the plan and the unit records, so the
// same code ends a run, continues one, and checks one.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/archive/archive_index.hpp>
#include <veery/archive/work_plan.hpp>
#include <veery/manifest/unit_record.hpp>

namespace veery {

/// Sums over a run. Frames are of the source files.
struct Totals {
  std::int64_t recordings = 0;
  std::int64_t refused = 0;         ///< files with no usable audio at all
  std::int64_t damaged = 0;         ///< recordings of which a part is lost
  std::int64_t claimed_frames = 0;  ///< that the headers promise
  std::int64_t frames_read = 0;
  std::int64_t frames_lost = 0;       ///< of the claimed ones, named in the quarantine
  std::int64_t frames_not_asked = 0;  ///< behind what --first asks for
  double hours_read = 0.0;
  std::int64_t slices = 0;
  std::int64_t slices_on_lost = 0;
  std::int64_t slices_unlabelled = 0;
  std::int64_t separated = 0;  ///< recordings with stems as files
  std::int64_t flagged = 0;    ///< of them, those whose stems miss too much of the mixture

  /// Whether each promised frame that was asked for was read or is named in the quarantine.
  [[nodiscard]] bool all_accounted_for() const {
    return claimed_frames == frames_read + frames_lost + frames_not_asked;
  }
};

[[nodiscard]] Totals sum_up(const ArchiveIndex& index, const std::vector<UnitRecord>& records);

[[nodiscard]] std::string index_csv(const ArchiveIndex& index, const WorkPlan& plan);
[[nodiscard]] std::string slices_csv(const std::vector<UnitRecord>& records);
/// One row a stem.
[[nodiscard]] std::string stems_csv(const std::vector<UnitRecord>& records);
[[nodiscard]] std::string quarantine_csv(const ArchiveIndex& index, const std::vector<UnitRecord>& records);

/// `files`: everything else that was published, in any order. `annotations`: what became of them, a JSON object; empty:
/// there were none.
[[nodiscard]] std::string manifest_json(const Totals& totals, const std::vector<UnitRecord>& records,
                                        std::vector<PublishedFile> files, const std::string& annotations = {});

/// Of a dataset that `veery shards` wrote: `totals` is a JSON object.
[[nodiscard]] std::string dataset_manifest_json(const std::string& totals, std::vector<PublishedFile> files);

/// What a manifest says, for comparison with what is there.
struct ManifestContent {
  std::string totals;  ///< as `totals_json` gives them
  std::vector<PublishedFile> files;
};
/// Throws Error when the text is no manifest of this format version.
[[nodiscard]] ManifestContent read_manifest(const std::string& manifest);
[[nodiscard]] std::string totals_json(const Totals& totals, std::size_t units);

/// Where the run that wrote an index table put its recordings. Throws Error when it is none.
[[nodiscard]] Placements placements_in(const std::string& index);
/// The index as its two tables tell it; `quarantine` also holds ranges of recordings, which are passed over.
[[nodiscard]] ArchiveIndex index_from_tables(const std::string& index, const std::string& quarantine);

/// Whether a path from a manifest or a record stays below the output folder, wherever that is.
[[nodiscard]] bool stays_below(const PublishedFile& file);

/// A text file as it is named in the manifest.
[[nodiscard]] PublishedFile describe_text(std::string path, const std::string& text);
/// How a file below `output` differs from what was published; empty: it does not. What can't be read differs.
[[nodiscard]] std::string difference(const std::filesystem::path& output, const PublishedFile& file);
/// A file below `output` likewise, read for its digest. Throws Error.
[[nodiscard]] PublishedFile describe_file(const std::filesystem::path& output, std::string path);

}  // namespace veery
