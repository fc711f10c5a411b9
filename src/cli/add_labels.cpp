#include "cli/add_labels.hpp"

#include <map>
#include <sstream>
#include <string>

#include <veery/base/error.hpp>

#include "cli/parse.hpp"

namespace veery {
namespace {

/// "start=Onset,label=Code": names of columns by what they hold.
AnnotationColumns parse_columns(const std::string& text) {
  static const std::map<std::string, std::string AnnotationColumns::*> kRoles{
      {"file", &AnnotationColumns::recording}, {"start", &AnnotationColumns::start},
      {"end", &AnnotationColumns::end},        {"duration", &AnnotationColumns::duration},
      {"label", &AnnotationColumns::label},    {"confidence", &AnnotationColumns::confidence}};
  AnnotationColumns columns;
  std::istringstream words{text};
  for (std::string word; std::getline(words, word, ',');) {
    const std::size_t equals = word.find('=');
    const auto role = kRoles.find(word.substr(0, equals));
    if (equals == std::string::npos || equals + 1 == word.size() || role == kRoles.end()) {
      throw UsageError{"not a column of annotations: \"" + word + "\"", "--annotation-columns",
                       "file=NAME, start=NAME, end=NAME, duration=NAME, label=NAME or confidence=NAME"};
    }
    columns.*role->second = word.substr(equals + 1);
  }
  return columns;
}

}  // namespace

void add_label_options(CLI::App& command, LabelOptions& options) {
  command
      .add_option(
          "--annotations", options.annotations,
          "Label slices by a table of annotations (Raven, Audacity, BirdNET, Kaleidoscope, CSV), or a folder of "
          "them")
      ->type_name("FILE|DIR");
  command
      .add_option_function<std::string>(
          "--annotation-columns", [&options](const std::string& text) { options.tables.columns = parse_columns(text); },
          "Columns of the tables that have other names: file=NAME,start=NAME,end=NAME,duration=NAME,label=NAME")
      ->type_name("COLUMNS");
  command
      .add_option("--min-confidence", options.tables.min_confidence,
                  "Leave out annotations that a classifier was less sure of (column confidence or score)")
      ->type_name("NUMBER");
  command
      .add_option("--classes", options.classes,
                  "List of classes, one a line, in the order of their numbers; other labels are dropped and counted "
                  "(default: all labels, sorted)")
      ->type_name("FILE");
  add_choice<bool>(command, "--unlabelled", options.drop_unlabelled, {{"keep", false}, {"drop", true}},
                   "Slices without a label, or with the class \"unknown\": kept, or left out and counted", "keep");
}

}  // namespace veery
