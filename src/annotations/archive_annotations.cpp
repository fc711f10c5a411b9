#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <veery/annotations/archive_annotations.hpp>
#include <veery/annotations/recording_names.hpp>
#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/number.hpp>
#include <veery/base/split.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>

#include "annotations/table_text.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
constexpr double kLengthSlack_s = 1.0;  ///< a header's length may be a little short

/// With single spaces, and none around it: a list of classes is of lines.
std::string class_name(std::string_view text) {
  return std::string{trimmed(single_spaced(text))};
}

/// The names between semicolons, each once.
std::vector<std::string> names_in(std::string_view label) {
  std::vector<std::string> names;
  for (const std::string_view part : split(label, ';')) {
    std::string name = class_name(part);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

bool is_table(const fs::path& path) {
  const std::string extension = lower_case(path.extension().string());
  return extension == ".txt" || extension == ".csv" || extension == ".tsv";
}

/// Tables at any depth, relative to `source`, sorted; a file is its own name.
std::vector<fs::path> tables_in(const fs::path& source) {
  std::error_code failure;
  if (!fs::is_directory(source, failure)) return {source.filename()};
  std::vector<fs::path> tables;
  for (auto entry = fs::recursive_directory_iterator{source}; entry != fs::recursive_directory_iterator{}; ++entry) {
    if (entry->path().filename().string().starts_with('.')) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && is_table(entry->path())) {
      tables.push_back(fs::relative(entry->path(), source));
    }
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

/// A row that belongs to a recording, as far as its own words go.
struct JoinedRow {
  std::size_t table = 0;  ///< in the order of reading
  std::int64_t row = 0;
  FoundRecording found;
  bool is_of_place = false;  ///< the folder is the table's own
  Annotation annotation;
};

/// Of names in different folders that came to one recording those that agree with it best are meant; the others lie
/// where this archive doesn't reach. Names are compared within their table, and those that only tables' own places tell
/// with each other: two people may have had one recording in different folders.
class RivalNames {
 public:
  void add(const JoinedRow& row) {
    Claim& claim = claims_[key_of(row)];
    if (row.found.agreement > claim.agreement) {
      claim = {row.found.agreement, row.found.folder, true};
    } else if (row.found.agreement == claim.agreement && row.found.folder != claim.folder) {
      claim.is_alone = false;
    }
  }

  /// Once all rows are known.
  [[nodiscard]] std::optional<RowFault> fault_of(const JoinedRow& row) const {
    const Claim& claim = claims_.at(key_of(row));
    if (row.found.agreement < claim.agreement) return RowFault::unknown_recording;
    return claim.is_alone ? std::nullopt : std::optional{RowFault::ambiguous_recording};
  }

 private:
  struct Claim {
    int agreement = -1;
    std::string folder;
    bool is_alone = true;
  };
  using Key = std::pair<std::optional<std::size_t>, std::size_t>;  // table and recording
  static Key key_of(const JoinedRow& row) {
    return {row.is_of_place ? std::nullopt : std::optional{row.table}, row.found.place};
  }

  std::map<Key, Claim> claims_;
};

/// Gathers rows of tables as marks of recordings. Classes have the order in which they are met until `finish`.
class Gatherer {
 public:
  Gatherer(const ArchiveIndex& index, const fs::path& archive, std::vector<std::string> classes)
      : index_(index), names_(index, archive.generic_string()), classes_are_given_(!classes.empty()) {
    annotations_.marks.resize(index.recordings.size());
    for (std::string& name : classes) add_class(std::move(name));
  }

  void read(const fs::path& path, const std::string& name, const TableOptions& options) {
    tables_.push_back(name);
    TableRows rows;
    const auto refuse = [&](const RefusedRow& row) {
      if (row.fault == RowFault::not_a_table) rows = {};  // those before it are of no worth either
      rows.refused.push_back(row);
    };
    const auto take = [&](const Annotation& annotation, std::int64_t row) {
      auto joined = join(annotation, row);
      if (const auto* fault = std::get_if<RefusedRow>(&joined)) return refuse(*fault);
      rows.joined.push_back(std::get<JoinedRow>(std::move(joined)));
    };
    read_annotation_table(read_text(path), options, {take, refuse, [&] { ++rows.passed_over; }});
    add(std::move(rows));
  }

  ArchiveAnnotations finish() && {
    RivalNames rivals;
    for (const JoinedRow& row : joined_) rivals.add(row);
    for (const JoinedRow& row : joined_) {
      if (const auto fault = rivals.fault_of(row)) {
        refuse(row.table, {row.row, *fault, row.annotation.recording});
      } else {
        add_marks(row.annotation, row.found.place);
      }
    }
    std::stable_sort(report().refused.begin(), report().refused.end(), [](const auto& left, const auto& right) {
      return std::tie(left.file, left.row.row) < std::tie(right.file, right.row.row);
    });
    if (!classes_are_given_) sort_classes();
    for (Marks& marks : annotations_.marks) {
      remove_repeated(marks);
      if (!marks.empty()) ++report().recordings;
    }
    return std::move(annotations_);
  }

 private:
  AnnotationReport& report() { return annotations_.report; }

  struct TableRows {
    std::vector<JoinedRow> joined;
    std::vector<RefusedRow> refused;
    std::int64_t passed_over = 0;
  };

  void refuse(std::size_t table, RefusedRow row) { report().refused.push_back({tables_[table], std::move(row)}); }

  void add(TableRows rows) {
    ++report().files;
    report().rows += std::ssize(rows.joined) + rows.passed_over;
    report().below_confidence += rows.passed_over;
    for (RefusedRow& row : rows.refused) {
      if (row.fault != RowFault::not_a_table) ++report().rows;
      refuse(tables_.size() - 1, std::move(row));
    }
    std::move(rows.joined.begin(), rows.joined.end(), std::back_inserter(joined_));
  }

  /// What a row of the table in work belongs to.
  [[nodiscard]] std::variant<FoundRecording, RowFault> recording_of(const std::string& recording) const {
    const std::string& table = tables_.back();
    if (recording.empty()) return names_.find_of_table(table);
    const std::size_t slash = table.rfind('/');
    return names_.find(recording, slash == std::string::npos ? std::string{} : table.substr(0, slash));
  }

  [[nodiscard]] std::variant<JoinedRow, RefusedRow> join(const Annotation& annotation, std::int64_t row) const {
    auto found = recording_of(annotation.recording);
    const std::string& name = annotation.recording.empty() ? tables_.back() : annotation.recording;
    if (const auto* fault = std::get_if<RowFault>(&found)) return RefusedRow{row, *fault, name};
    auto& recording = std::get<FoundRecording>(found);
    const double length_s = index_.recordings[recording.place].claimed_s();
    if (length_s > 0.0 && annotation.start_s > length_s + kLengthSlack_s)
      return RefusedRow{row, RowFault::beyond_end, decimal(annotation.start_s) + " s of " + decimal(length_s) + " s"};
    const bool is_of_place = annotation.recording.find_first_of("/\\") == std::string::npos;
    JoinedRow joined{tables_.size() - 1, row, std::move(recording), is_of_place, annotation};
    joined.annotation.recording = name;
    return joined;
  }

  void add_marks(const Annotation& annotation, std::size_t recording) {
    const double length_s = index_.recordings[recording].claimed_s();
    const bool to_the_end = std::isinf(annotation.end_s) && length_s > 0.0;
    const double end_s = to_the_end ? std::max(length_s, annotation.start_s) : annotation.end_s;
    bool is_used = false;
    for (std::string& name : names_in(annotation.label)) {
      auto found = labels_.find(name);
      if (found == labels_.end() && classes_are_given_) {
        ++report().not_in_classes[name];
        continue;
      }
      const std::int32_t label = found == labels_.end() ? add_class(std::move(name)) : found->second;
      annotations_.marks[recording].push_back({annotation.start_s, end_s, label, is_used});
      is_used = true;
    }
    report().used += is_used ? 1 : 0;
  }

  std::int32_t add_class(std::string name) {
    const auto label = static_cast<std::int32_t>(annotations_.classes.size());
    labels_.emplace(name, label);
    annotations_.classes.push_back(std::move(name));
    return label;
  }

  void sort_classes() {
    std::vector<std::string> sorted = annotations_.classes;
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::int32_t> place(sorted.size());
    std::int32_t next = 0;
    for (const std::string& name : sorted) place[static_cast<std::size_t>(labels_.at(name))] = next++;
    for (Marks& marks : annotations_.marks) {
      for (Mark& mark : marks) mark.label = place[static_cast<std::size_t>(mark.label)];
    }
    annotations_.classes = std::move(sorted);
  }

  /// Of equal marks (a table of two views, say) the last stays.
  static void remove_repeated(Marks& marks) {
    std::stable_sort(marks.begin(), marks.end(), [](const Mark& left, const Mark& right) {
      return std::pair{left.start_s, left.end_s} < std::pair{right.start_s, right.end_s};
    });
    std::reverse(marks.begin(), marks.end());
    Marks kept;
    for (const Mark& mark : marks) {
      const auto same_bounds = [&](const Mark& other) {
        return other.start_s == mark.start_s && other.end_s == mark.end_s;
      };
      const auto same_label = [&](const Mark& other) { return other.label == mark.label; };
      const auto end = std::find_if_not(kept.rbegin(), kept.rend(), same_bounds);
      if (std::find_if(kept.rbegin(), end, same_label) == end) kept.push_back(mark);
    }
    std::reverse(kept.begin(), kept.end());
    marks = std::move(kept);
  }

  const ArchiveIndex& index_;
  RecordingNames names_;
  bool classes_are_given_;
  std::vector<std::string> tables_;
  std::vector<JoinedRow> joined_;
  ArchiveAnnotations annotations_;
  std::unordered_map<std::string, std::int32_t> labels_;
};

/// Whatever `decimal` writes.
double seconds_from(const std::string& text) {
  return parse_number<double>(text).value_or(0.0);
}

/// The first thing that is wrong, for the message of a run that can't begin.
std::string first_problem(const AnnotationReport& report) {
  if (!report.refused.empty()) {
    const RefusedAnnotation& first = report.refused.front();
    return first.file + ", row " + std::to_string(first.row.row) + ": " + std::string{to_string(first.row.fault)} +
           " " + first.row.detail;
  }
  if (!report.not_in_classes.empty()) return report.not_in_classes.begin()->first + " is not in the list of classes";
  return "there are no rows";
}

}  // namespace

std::map<std::string_view, std::int64_t> AnnotationReport::refused_by_fault() const {
  std::map<std::string_view, std::int64_t> counts;
  for (const RefusedAnnotation& annotation : refused) ++counts[to_string(annotation.row.fault)];
  return counts;
}

std::vector<std::string> classes_from_text(std::string_view text) {
  const std::string utf8 = table_text(text);
  std::vector<std::string> classes;
  std::set<std::string> known;
  read_rows(utf8, '\t', [&](const Cells& cells) {
    std::string name = class_name(cells[0]);
    if (name.empty()) return;
    if (!is_utf8(name) || name.find(';') != std::string::npos)
      throw Error{"not a name of a class", printable(name), "UTF-8, without ';'"};
    if (!known.insert(name).second) throw Error{"a class is listed twice", printable(name)};
    classes.push_back(std::move(name));
  });
  if (classes.empty()) throw Error{"a list of classes is empty", "classes", "one name a line"};
  return classes;
}

ArchiveAnnotations read_annotations(const fs::path& source, const TableOptions& options,
                                    std::vector<std::string> classes, const ArchiveIndex& index,
                                    const fs::path& archive) {
  Gatherer gatherer{index, archive, std::move(classes)};
  std::error_code failure;
  const bool is_folder = fs::is_directory(source, failure);
  for (const fs::path& table : tables_in(source))
    gatherer.read(is_folder ? source / table : source, table.generic_string(), options);
  ArchiveAnnotations annotations = std::move(gatherer).finish();
  if (annotations.report.used > 0) return annotations;
  throw Error{"no annotation belongs to a recording of the archive", source.string(),
              printable(first_problem(annotations.report))};
}

std::string annotations_to_text(const ArchiveAnnotations& annotations) {
  std::string text = csv_row(annotations.classes);
  text += csv_row({std::to_string(annotations.marks.size())});
  for (std::size_t i = 0; i < annotations.marks.size(); ++i) {
    for (const Mark& mark : annotations.marks[i])
      text += csv_row({std::to_string(i), decimal(mark.start_s), decimal(mark.end_s), std::to_string(mark.label),
                       mark.same_row ? "1" : "0"});
  }
  return text;
}

ArchiveAnnotations annotations_from_text(std::string_view text) {
  ArchiveAnnotations annotations;
  std::size_t row = 0;
  read_csv(text, [&](const std::vector<std::string>& cells) {
    if (row++ == 0) {
      annotations.classes = cells;
    } else if (row == 2) {
      annotations.marks.resize(std::stoull(cells.at(0)));
    } else {
      annotations.marks.at(std::stoull(cells.at(0)))
          .push_back(
              {seconds_from(cells.at(1)), seconds_from(cells.at(2)), std::stoi(cells.at(3)), cells.at(4) == "1"});
    }
  });
  return annotations;
}

std::string marks_to_text(const Marks& marks) {
  std::string text;
  for (const Mark& mark : marks)
    text +=
        csv_row({decimal(mark.start_s), decimal(mark.end_s), std::to_string(mark.label), mark.same_row ? "1" : "0"});
  return text;
}

}  // namespace veery
