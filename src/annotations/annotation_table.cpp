#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include <veery/annotations/annotation_table.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/text.hpp>

#include "annotations/columns_of_tables.hpp"
#include "annotations/table_text.hpp"

namespace veery {
namespace {

/// A whole cell as a finite number. Where commas do not separate cells, one may stand for the decimal point.
std::optional<double> number_in(std::string_view cell, char separator) {
  std::string text{trimmed(cell)};
  if (separator != ',') std::replace(text.begin(), text.end(), ',', '.');
  const std::optional<double> number =
      parse_number<double>(std::string_view{text}.substr(text.starts_with('+') ? 1 : 0));
  return number && std::isfinite(*number) ? number : std::nullopt;
}

/// A label track has no header: its first line is an annotation.
bool is_label_track(const Cells& cells) {
  return cells.size() >= 2 && number_in(cells[0], '\t') && number_in(cells[1], '\t');
}

constexpr std::string_view kNothingHeard = "nocall";  // BirdNET, of a recording without detections
constexpr std::string_view kUnknownToPerch = "????";

std::string with_semicolons(std::string label) {
  std::replace(label.begin(), label.end(), ' ', ';');
  return label;
}

class TableReader {
 public:
  TableReader(const TableOptions& options, char separator, const TableSink& sink)
      : options_(options), separator_(separator), sink_(sink) {}

  void take(const Cells& cells) {
    ++row_;
    if (is_unusable_ || (cells.size() == 1 && trimmed(cells[0]).empty())) return;
    if (is_track_ && cells[0].starts_with('\\')) return;  // frequencies of the label before
    if (!places_) {
      if (!is_label_track(cells)) {
        read_header(cells);
        return;
      }
      is_track_ = true;
      places_ = label_track_columns();
    }
    read(cells);
  }
  [[nodiscard]] std::int64_t rows() const { return row_; }
  [[nodiscard]] bool has_header() const { return places_ || is_unusable_; }

 private:
  void read_header(const Cells& cells) {
    FoundColumns found = find_columns(cells, options_.columns);
    if (found.missing.empty()) {
      places_ = found.places;
      return;
    }
    is_unusable_ = true;
    refuse(RowFault::not_a_table, "no column for " + found.missing + " among " + joined(cells, ", ").substr(0, 200));
  }

  void refuse(RowFault fault, std::string detail) const { sink_.refuse({row_, fault, std::move(detail)}); }

  /// What the cell holds, empty where there is none.
  [[nodiscard]] static std::string_view cell(const Cells& cells, std::optional<std::size_t> place) {
    return place && *place < cells.size() ? trimmed(cells[*place]) : std::string_view{};
  }

  void read(const Cells& cells) const {
    if (!std::all_of(cells.begin(), cells.end(), [](const std::string& text) { return is_utf8(text); }))
      return refuse(RowFault::not_utf8, "save the table as UTF-8");
    const auto confidence = number_in(cell(cells, places_->confidence), separator_);
    if (confidence && options_.min_confidence && *confidence < *options_.min_confidence) return sink_.pass_over();
    Annotation annotation;
    if (const auto fault = read_times(cells, annotation)) {
      const std::string_view end = cell(cells, places_->end ? places_->end : places_->duration);
      return refuse(*fault, std::string{cell(cells, places_->start)} + " to " + std::string{end});
    }
    annotation.label = cell(cells, places_->label);
    if (places_->confidence && annotation.label == kNothingHeard) return sink_.pass_over();
    if (places_->is_perchs && annotation.label == kUnknownToPerch) annotation.label = kUnknownClass;
    if (places_->labels_by_space) annotation.label = with_semicolons(std::move(annotation.label));
    if (annotation.label.empty()) return refuse(RowFault::no_label, {});
    annotation.recording = cell(cells, places_->recording);
    if (places_->recording && annotation.recording.empty()) return refuse(RowFault::no_recording, {});
    if (const std::string_view folder = cell(cells, places_->folder); !folder.empty())
      annotation.recording = std::string{folder} + "/" + annotation.recording;
    sink_.take(annotation, row_);
  }

  [[nodiscard]] std::optional<RowFault> read_times(const Cells& cells, Annotation& annotation) const {
    const auto start = number_in(cell(cells, places_->start), separator_);
    auto end = number_in(cell(cells, places_->end), separator_);
    if (!places_->end && start) {
      const auto duration = number_in(cell(cells, places_->duration), separator_);
      if (duration) end = *start + *duration;
    }
    if (!start || !end) return RowFault::no_time;
    annotation.start_s = number_in(cell(cells, places_->file_offset), separator_).value_or(*start);
    const bool to_the_end = places_->is_perchs && places_->end && *end == -1.0;
    annotation.end_s = to_the_end ? std::numeric_limits<double>::infinity() : annotation.start_s + (*end - *start);
    if (annotation.start_s < 0.0) return RowFault::negative_time;
    if (annotation.end_s < annotation.start_s) return RowFault::reversed_times;
    return std::nullopt;
  }

  const TableOptions& options_;
  char separator_;
  const TableSink& sink_;
  std::optional<ColumnPlaces> places_;
  bool is_track_ = false;
  bool is_unusable_ = false;
  std::int64_t row_ = 0;
};

}  // namespace

std::string_view to_string(RowFault fault) {
  switch (fault) {
    case RowFault::not_a_table:
      return "not_a_table";
    case RowFault::not_utf8:
      return "not_utf8";
    case RowFault::no_time:
      return "no_time";
    case RowFault::negative_time:
      return "negative_time";
    case RowFault::reversed_times:
      return "reversed_times";
    case RowFault::no_label:
      return "no_label";
    case RowFault::no_recording:
      return "no_recording";
    case RowFault::unknown_recording:
      return "unknown_recording";
    case RowFault::ambiguous_recording:
      return "ambiguous_recording";
    case RowFault::beyond_end:
      return "beyond_end";
  }
  return "unknown";
}

void read_annotation_table(std::string_view bytes, const TableOptions& options, const TableSink& sink) {
  const std::string text = table_text(bytes);
  const std::string_view all{text};
  const std::size_t first = std::min(all.find_first_not_of("\r\n"), all.size());
  const char separator = separator_of(all.substr(first, all.find('\n', first) - first));
  TableReader reader{options, separator, sink};
  try {
    read_rows(all, separator, [&](const Cells& cells) { reader.take(cells); });
  } catch (const Error& problem) {
    sink.refuse({reader.rows() + 1, RowFault::not_a_table, problem.what()});
    return;
  }
  if (!reader.has_header()) sink.refuse({1, RowFault::not_a_table, "the file is empty"});
}

}  // namespace veery
