#include "run/labels.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/base/staged_file.hpp>
#include <veery/base/text.hpp>
#include <veery/outputs/output_tree.hpp>

#include "run/on_lead.hpp"

namespace veery {
namespace {

std::vector<std::string> read_classes(const std::filesystem::path& path) {
  if (path.empty()) return {};
  try {
    return classes_from_text(read_text(path));
  } catch (const SystemError&) {
    throw;
  } catch (const Error& problem) {
    throw UsageError{"the list of classes is of no use", path.string(), problem.what()};
  }
}

std::string classes_text(const std::vector<std::string>& classes) {
  return joined(classes, "\n") + "\n";
}

void report_to(const AnnotationReport& report, std::size_t classes, Reporter& reporter) {
  reporter.info("annotations: " + std::to_string(report.used) + " of " + std::to_string(report.rows) + " rows in " +
                std::to_string(report.files) + " tables, of " + std::to_string(report.recordings) + " recordings and " +
                std::to_string(classes) + " classes");
  for (const auto& [fault, count] : report.refused_by_fault())
    reporter.warn("annotations: " + std::to_string(count) + " refused: " + std::string{fault} + " (" +
                  std::string{output_name::kRefusedAnnotations} + ")");
  std::int64_t rows = 0;
  for (const auto& [name, count] : report.not_in_classes) rows += count;
  if (rows > 0) {
    reporter.warn("annotations: " + std::to_string(rows) + " labels are not in the list of classes (first: " +
                  printable(report.not_in_classes.begin()->first) + ")");
  }
}

/// What one list has and the other has not, or that the order differs.
std::string class_difference(const std::vector<std::string>& before, const std::vector<std::string>& now) {
  const auto lacks = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) == names.end();
  };
  for (const std::string& name : now) {
    if (lacks(before, name)) return printable(name) + " is new";
  }
  for (const std::string& name : before) {
    if (lacks(now, name)) return printable(name) + " is gone";
  }
  return "they are in another order";
}

}  // namespace

ArchiveAnnotations share_annotations(Communicator& world, const ProcessOptions& options, const ArchiveIndex& index,
                                     Reporter& reporter) {
  const LabelOptions& labels = options.labels;
  if (!labels.any()) return {};
  ArchiveAnnotations annotations;
  std::string text;
  on_lead(world, [&] {
    annotations = read_annotations(labels.annotations, labels.tables, read_classes(labels.classes), index,
                                   std::filesystem::absolute(options.archive.archive).lexically_normal());
    report_to(annotations.report, annotations.classes.size(), reporter);
    text = annotations_to_text(annotations);
  });
  world.broadcast(text);
  if (world.rank() != 0) annotations = annotations_from_text(text);
  return annotations;
}

void claim_classes(const ArchiveAnnotations& annotations, const ProcessOptions& options) {
  if (annotations.classes.empty()) return;
  const std::filesystem::path file = options.output / output_name::kClasses;
  const std::string now = classes_text(annotations.classes);
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) {
    options.files().publish_text(output_name::kClasses, now);
    return;
  }
  const std::string before = read_text(file);
  if (before == now) return;
  throw UsageError{"the classes are not those that this output folder was begun with", file.string(),
                   class_difference(classes_from_text(before), annotations.classes) +
                       ": give the earlier list with --classes, or --restart"};
}

std::string refused_annotations_csv(const AnnotationReport& report) {
  std::string text = csv_row({"file", "row", "reason", "detail"});
  for (const RefusedAnnotation& refused : report.refused) {
    text += csv_row({text_cell(refused.file), std::to_string(refused.row.row),
                     std::string{to_string(refused.row.fault)}, text_cell(refused.row.detail)});
  }
  return text;
}

std::string annotation_totals_json(const AnnotationReport& report, std::size_t classes) {
  const nlohmann::ordered_json json{{"tables", report.files},
                                    {"rows", report.rows},
                                    {"used", report.used},
                                    {"below_confidence", report.below_confidence},
                                    {"refused", report.refused_by_fault()},
                                    {"dropped_labels", report.not_in_classes},
                                    {"recordings", report.recordings},
                                    {"classes", classes}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace veery
