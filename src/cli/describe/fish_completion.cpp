#include <veery/base/text.hpp>

#include "cli/describe/texts.hpp"

namespace veery {
namespace {

std::string in_quotes(std::string_view text) {
  std::string safe = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe + "'";
}

/// `__veery_at COMMAND`: whether the words before the cursor come to just that command.
std::string function_at(const CommandText& program) {
  std::string cases;
  for (const CommandText* command : with_all_below(program)) {
    if (command == &program) continue;
    cases += " " + in_quotes(command->step());
  }
  return "function __veery_at\n    set -l command ''\n    for word in (commandline -opc)[2..]\n"
         "        switch \"$command $word\"\n            case" +
         cases +
         "\n                set command (string trim -- \"$command $word\")\n        end\n    end\n"
         "    test \"$command\" = \"$argv\"\nend\n\n";
}

std::string complete_value(const OptionText& option) {
  if (option.value.empty()) return "";
  if (!option.choices.empty()) return " -xa " + in_quotes(joined(option.choices, " "));
  switch (kind_of(option)) {
    case ValueKind::folder:
      return " -xa '(__fish_complete_directories (commandline -ct))'";
    case ValueKind::file:
      return " -rF";
    case ValueKind::other:
      break;
  }
  return " -x";
}

std::string rules(const CommandText& command, const CommandText& program) {
  const std::string head = "complete -c " + program.name + " -n " + in_quotes("__veery_at " + command.words());
  std::string text;
  for (const CommandText& below : command.commands)
    text += head + " -a " + below.last_word() + " -d " + in_quotes(below.help) + "\n";
  for (const OptionText& option : options_behind(command, program)) {
    text += head;
    for (const std::string& name : option.names) {
      const bool is_long = name.starts_with("--");
      text += is_long ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    text += complete_value(option) + " -d " + in_quotes(option.help) + "\n";
  }
  if (!command.positionals.empty()) {
    const ValueKind kind = kind_of(command.positionals.front());
    if (kind == ValueKind::folder) text += head + " -a '(__fish_complete_directories (commandline -ct))'\n";
    if (kind == ValueKind::file) text += head + " -F\n";
  }
  return text;
}

}  // namespace

std::string fish_completion(const CommandText& program) {
  std::string text =
      "# fish completion for veery, made from the command line's own description by veery_describe.\n\n" +
      function_at(program) + "complete -c " + program.name + " -f\n";
  for (const CommandText* command : with_all_below(program)) text += rules(*command, program);
  return text;
}

}  // namespace veery
