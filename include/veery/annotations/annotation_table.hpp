#pragma once
// Tables in which people and programs mark sounds in recordings, read as what they have in common: recording, start,
// end and label.
//
// With a header: Raven's selection tables, BirdNET's results, Kaleidoscope's cluster.csv, the tables of Perch's
// soundscapes, and any other with such columns, separated by tabs, commas or semicolons. Without one: Audacity's
// label tracks. Text is UTF-8 or, with a byte order mark, UTF-16.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace veery {

/// The class that stands for sounds of unknown origin; slices with it are of no use for training.
inline constexpr std::string_view kUnknownClass = "unknown";

struct Annotation {
  std::string recording;  ///< as the table names it, folders included; empty: the table does not
  double start_s = 0.0;   ///< from the start of the recording
  double end_s = 0.0;     ///< infinity: the recording's end
  std::string label;      ///< several with ';' between them
};

/// Why a row, or a whole file, is not used.
enum class RowFault {
  not_a_table,          ///< the file: columns are missing, or it is no text
  not_utf8,             ///< of the row
  no_time,              ///< a time is missing, or no number
  negative_time,        ///< before the recording's start
  reversed_times,       ///< ends before it starts
  no_label,             ///<
  no_recording,         ///< the row names none
  unknown_recording,    ///< the archive has none of that name
  ambiguous_recording,  ///< several recordings have that name
  beyond_end,           ///< starts behind the recording's end
};
[[nodiscard]] std::string_view to_string(RowFault fault);

struct RefusedRow {
  std::int64_t row = 1;  ///< of the file, its header being 1
  RowFault fault = RowFault::not_a_table;
  std::string detail;
};

/// Columns by name; empty: the first of those that such tables use.
struct AnnotationColumns {
  std::string recording;
  std::string start;
  std::string end;
  std::string duration;
  std::string label;
  std::string confidence;
};

struct TableOptions {
  AnnotationColumns columns;
  std::optional<double> min_confidence;  ///< rows below it are passed over
};

/// What a reader is told, row by row, with the row's number.
struct TableSink {
  std::function<void(const Annotation&, std::int64_t row)> take;
  std::function<void(const RefusedRow&)> refuse;
  std::function<void()> pass_over;  ///< for a row below the confidence, and BirdNET's that says that it heard nothing
};

/// `bytes`: the whole file. Never throws for what is in it. Is not_a_table told after rows, they are of no worth
/// either: where a quote never ends, nobody knows where the rows before it did.
void read_annotation_table(std::string_view bytes, const TableOptions& options, const TableSink& sink);

}  // namespace veery
