#include <algorithm>

#include <veery/base/text.hpp>

#include "cli/describe/texts.hpp"

namespace veery {
namespace {

/// Between single quotes, inside a description of _arguments or _describe.
std::string in_quotes(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') safe += '\\';
    safe += c == '\'' ? std::string{"'\\''"} : std::string{c};
  }
  return safe;
}

std::string function_name(const CommandText& command) {
  std::string name = "_" + command.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::string action(const OptionText& option) {
  if (!option.choices.empty()) return "(" + joined(option.choices, " ") + ")";
  switch (kind_of(option)) {
    case ValueKind::folder:
      return "_files -/";
    case ValueKind::file:
      return "_files";
    case ValueKind::other:
      break;
  }
  return " ";
}

std::string value_of(const OptionText& option) {
  return option.value.empty() ? "" : ":" + in_quotes(option.value) + ":" + action(option);
}

/// One line a name; the names of one option exclude each other.
std::string option_lines(const OptionText& option) {
  std::string lines;
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    const char* const joint = option.value.empty() ? "" : is_long ? "=" : "+";
    lines += "    '(" + joined(option.names, " ") + ")" + name + joint + "[" + in_quotes(option.help) + "]" +
             value_of(option) + "' \\\n";
  }
  return lines;
}

std::string arguments(const CommandText& command, const CommandText& program) {
  std::string text = "  _arguments -C -s -S \\\n";
  for (const OptionText& option : options_behind(command, program)) text += option_lines(option);
  for (const OptionText& option : command.positionals)
    text += "    '" + std::string{option.repeated ? "*" : ""} + ":" + in_quotes(option.names.front()) + ":" +
            action(option) + "' \\\n";
  if (!command.commands.empty()) text += "    '1:command:->command' \\\n    '*::argument:->arguments' \\\n";
  return text + "    && return\n";
}

std::string commands_below(const CommandText& command) {
  std::string names;
  std::string cases;
  for (const CommandText& below : command.commands) {
    names += "        '" + below.last_word() + ":" + in_quotes(below.help) + "'\n";
    cases += "        " + below.last_word() + ") " + function_name(below) + " ;;\n";
  }
  return "  case $state in\n    command)\n      commands=(\n" + names +
         "      )\n      _describe -t commands command commands ;;\n    arguments)\n      case $words[1] in\n" + cases +
         "      esac ;;\n  esac\n";
}

std::string function_of(const CommandText& command, const CommandText& program) {
  return function_name(command) + "() {\n  local curcontext=\"$curcontext\" state line\n" +
         "  local -a commands\n  typeset -A opt_args\n" + arguments(command, program) +
         (command.commands.empty() ? "" : commands_below(command)) + "}\n\n";
}

}  // namespace

std::string zsh_completion(const CommandText& program) {
  std::string text =
      "#compdef " + program.name +
      "\n# zsh completion for veery, made from the command line's own description by veery_describe.\n\n";
  for (const CommandText* command : with_all_below(program)) text += function_of(*command, program);
  return text + function_name(program) + " \"$@\"\n";
}

}  // namespace veery
