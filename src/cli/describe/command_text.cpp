#include "cli/describe/command_text.hpp"

#include <algorithm>
#include <sstream>

namespace veery {
namespace {

/// CLI11 writes the words of IsMember behind the type: "TEXT:{peaks,fixed}".
std::vector<std::string> choices_in(const std::string& type) {
  const std::size_t begin = type.find(":{");
  const std::size_t end = type.find('}', begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  std::vector<std::string> words;
  std::istringstream list{type.substr(begin + 2, end - begin - 2)};
  for (std::string word; std::getline(list, word, ',');) words.push_back(word);
  return words;
}

OptionText describe_option(const CLI::Option& option) {
  OptionText text;
  if (option.get_positional()) {
    text.names.push_back(option.get_name(/*positional=*/true));
  } else {
    for (const std::string& name : option.get_snames()) text.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) text.names.push_back("--" + name);
  }
  if (option.get_type_size() != 0) {
    const std::string type = option.get_type_name();
    text.value = type.substr(0, type.find(':'));
    text.choices = choices_in(type);
    text.default_value = option.get_default_str();
    text.repeated = option.get_items_expected_max() > 1;
  }
  text.help = option.get_description();
  text.required = option.get_required();
  return text;
}

CommandText describe_command(const CLI::App& app, const std::string& above) {
  CommandText text;
  text.name = above + app.get_name();
  text.help = app.get_description();
  text.footer = app.get_footer();
  text.takes_program_options = app.get_fallthrough();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? text.positionals : text.options).push_back(describe_option(*option));
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
    text.commands.push_back(describe_command(*command, text.name + " "));
  }
  return text;
}

void collect(const CommandText& command, std::vector<const CommandText*>& all) {
  all.push_back(&command);
  for (const CommandText& below : command.commands) collect(below, all);
}

}  // namespace

std::string CommandText::words() const {
  const std::size_t space = name.find(' ');
  return space == std::string::npos ? "" : name.substr(space + 1);
}

std::string CommandText::step() const {
  const std::string all = words();
  return all.find(' ') == std::string::npos ? " " + all : all;
}

CommandText describe_commands(const CLI::App& app) {
  return describe_command(app, "");
}

std::vector<OptionText> options_behind(const CommandText& command, const CommandText& program) {
  std::vector<OptionText> options = command.options;
  if (!command.takes_program_options) return options;
  for (const OptionText& option : program.options) {
    const bool has_value = !option.value.empty();  // --help is the command's own, --version is no option of a command
    if (has_value) options.push_back(option);
  }
  return options;
}

std::vector<const CommandText*> with_all_below(const CommandText& command) {
  std::vector<const CommandText*> all;
  collect(command, all);
  return all;
}

ValueKind kind_of(const OptionText& option) {
  if (option.value == "DIR") return ValueKind::folder;
  for (const char* name : {"FILE", "PATH", "FILE|DIR", "CHECKPOINT"}) {
    if (option.value == name) return ValueKind::file;
  }
  return ValueKind::other;
}

}  // namespace veery
