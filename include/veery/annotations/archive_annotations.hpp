#pragma once
// The annotations of a whole archive, joined to its recordings, and the labels that they give to slices.
//
// Source of the rules for slices: google-research/perch, chirp/data/soundscapes/soundscapes_lib.py.
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <veery/annotations/annotation_table.hpp>
#include <veery/archive/archive_index.hpp>
#include <veery/peaks/peak_finder.hpp>
#include <veery/shards/example.hpp>

namespace veery {

/// A label in a recording. Times in seconds; the end may be infinity.
struct Mark {
  double start_s = 0.0;
  double end_s = 0.0;
  std::int32_t label = 0;  ///< place in the list of classes
  bool same_row = false;   ///< as the mark before: a row of a table holds several labels
  friend bool operator==(const Mark&, const Mark&) = default;
};
using Marks = std::vector<Mark>;  ///< by start, then end, then as the tables have them; none twice

struct RefusedAnnotation {
  std::string file;
  RefusedRow row;
};

/// What became of the rows of all tables.
struct AnnotationReport {
  std::int64_t files = 0;
  std::int64_t rows = 0;
  std::int64_t used = 0;  ///< of them; one that repeats another counts too
  std::int64_t below_confidence = 0;
  std::map<std::string, std::int64_t> not_in_classes;  ///< rows by label that the given list lacks
  std::vector<RefusedAnnotation> refused;
  std::int64_t recordings = 0;  ///< that have a mark

  [[nodiscard]] std::map<std::string_view, std::int64_t> refused_by_fault() const;
};

struct ArchiveAnnotations {
  std::vector<std::string> classes;  ///< as given, else those found, sorted
  std::vector<Marks> marks;          ///< by recording of the index; empty: nothing is annotated
  AnnotationReport report;
};

/// One class a line, as `classes.txt` holds them. Throws Error for a class that is there twice, holds ';' or is not
/// UTF-8, and for an empty list.
[[nodiscard]] std::vector<std::string> classes_from_text(std::string_view text);

/// Reads `source`: a table, or a folder with tables (.txt, .csv, .tsv) at any depth. `classes` empty: those found.
/// `archive`: the folder of the index; names in tables may have it.
/// Throws Error when `source` can't be read, or no row of it belongs to a recording and a class.
[[nodiscard]] ArchiveAnnotations read_annotations(const std::filesystem::path& source, const TableOptions& options,
                                                  std::vector<std::string> classes, const ArchiveIndex& index,
                                                  const std::filesystem::path& archive = {});

/// For a round trip between ranks: classes and marks, without the report.
[[nodiscard]] std::string annotations_to_text(const ArchiveAnnotations& annotations);
[[nodiscard]] ArchiveAnnotations annotations_from_text(std::string_view text);
/// Stands for a recording's marks in a fingerprint.
[[nodiscard]] std::string marks_to_text(const Marks& marks);

/// The marks that a slice from sample `start` to `end` (exclusive) overlaps, ascending. One sample in common is
/// overlap; a mark without length has the sample at its start. `compat`: as Perch has it, touching counts too, and of
/// several rows with the same bounds there is only the last.
[[nodiscard]] std::vector<SliceAnnotation> annotations_in(const Marks& marks, std::int64_t start, std::int64_t end,
                                                          int sample_rate_hz, PerchCompat compat);
/// Their classes' names, each once, in the order of the classes, with ';' between them.
[[nodiscard]] std::string label_text(std::span<const SliceAnnotation> annotations,
                                     std::span<const std::string> classes);

/// Bounds for any slice of so many seconds, wherever it lies.
struct MarksInSlice {
  std::int64_t most = 0;        ///< marks
  std::size_t label_bytes = 0;  ///< of `label_text`
};
[[nodiscard]] MarksInSlice most_in_slice(const Marks& marks, double seconds, std::span<const std::string> classes);

}  // namespace veery
