#include <algorithm>
#include <cmath>
#include <set>
#include <system_error>
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

/// The names between semicolons, without space around them, each once.
std::vector<std::string> names_in(std::string_view label) {
  std::vector<std::string> names;
  for (const std::string_view part : split(label, ';')) {
    const std::string_view name = trimmed(part);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
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

/// Gathers rows of tables as marks of recordings. Classes have the order in which they are met until `finish`.
class Gatherer {
 public:
  Gatherer(const ArchiveIndex& index, std::vector<std::string> classes)
      : index_(index), names_(index), classes_are_given_(!classes.empty()) {
    annotations_.marks.resize(index.recordings.size());
    for (std::string& name : classes) add_class(std::move(name));
  }

  void read(const fs::path& path, const std::string& name, const TableOptions& options) {
    ++report().files;
    const auto refuse = [&](const RefusedRow& row) {
      if (row.fault != RowFault::not_a_table) ++report().rows;
      report().refused.push_back({name, row});
    };
    const auto take = [&](const Annotation& annotation, std::int64_t row) {
      const auto found = recording_of(annotation, name);
      if (const auto* fault = std::get_if<RowFault>(&found)) {
        refuse({row, *fault, annotation.recording.empty() ? name : annotation.recording});
        return;
      }
      const std::size_t recording = std::get<std::size_t>(found);
      const double length_s = index_.recordings[recording].claimed_s();
      if (length_s > 0.0 && annotation.start_s > length_s + kLengthSlack_s) {
        refuse({row, RowFault::beyond_end, decimal(annotation.start_s) + " s of " + decimal(length_s) + " s"});
        return;
      }
      ++report().rows;
      add_marks(annotation, recording, length_s);
    };
    const auto pass_over = [&] {
      ++report().rows;
      ++report().below_confidence;
    };
    read_annotation_table(read_text(path), options, {take, refuse, pass_over});
  }

  ArchiveAnnotations finish() && {
    if (!classes_are_given_) sort_classes();
    for (Marks& marks : annotations_.marks) {
      remove_repeated(marks);
      if (!marks.empty()) ++report().recordings;
    }
    return std::move(annotations_);
  }

 private:
  AnnotationReport& report() { return annotations_.report; }

  [[nodiscard]] std::variant<std::size_t, RowFault> recording_of(const Annotation& annotation,
                                                                 const std::string& table) const {
    if (annotation.recording.empty()) return names_.find_of_table(table);
    const std::size_t slash = table.rfind('/');
    return names_.find(annotation.recording, slash == std::string::npos ? std::string{} : table.substr(0, slash));
  }

  void add_marks(const Annotation& annotation, std::size_t recording, double length_s) {
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
    std::string name{trimmed(cells[0])};
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
                                    std::vector<std::string> classes, const ArchiveIndex& index) {
  Gatherer gatherer{index, std::move(classes)};
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
