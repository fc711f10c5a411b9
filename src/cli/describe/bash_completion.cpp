#include <veery/base/text.hpp>

#include "cli/describe/texts.hpp"

namespace veery {
namespace {

constexpr const char* kHead =
    R"(# bash completion for veery, made from the command line's own description by veery_describe.
_veery_paths() {
  compopt -o filenames 2> /dev/null
  mapfile -t COMPREPLY < <(compgen -A "$1" -- "$2")
}

_veery_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

_veery() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command="" i
  COMPREPLY=()
  # --option=value comes as three words.
  if [[ $current == "=" ]]; then
    current=""
  elif [[ $previous == "=" ]]; then
    previous=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((i = 1; i < COMP_CWORD; ++i)); do
    case "$command ${COMP_WORDS[i]}" in
)";

std::string command_cases(const CommandText& program) {
  std::string text;
  for (const CommandText* command : with_all_below(program)) {
    if (command == &program) continue;
    text += "      \"" + command->step() + "\") command=\"" + command->words() + "\" ;;\n";
  }
  return text;
}

std::string offer_words(const std::vector<std::string>& words) {
  return "_veery_words \"" + joined(words, " ") + R"(" "$current")";
}

std::string complete_value(const OptionText& option) {
  if (!option.choices.empty()) return offer_words(option.choices);
  switch (kind_of(option)) {
    case ValueKind::folder:
      return "_veery_paths directory \"$current\"";
    case ValueKind::file:
      return "_veery_paths file \"$current\"";
    case ValueKind::other:
      break;
  }
  return ":";
}

std::string value_cases(const CommandText& program) {
  std::string text;
  for (const CommandText* command : with_all_below(program)) {
    for (const OptionText& option : options_behind(*command, program)) {
      if (option.value.empty()) continue;
      std::vector<std::string> patterns;
      patterns.reserve(option.names.size());
      for (const std::string& name : option.names) patterns.push_back("\"" + command->words() + " " + name + "\"");
      text += "    " + joined(patterns, " | ") + ")\n      " + complete_value(option) + "\n      return ;;\n";
    }
  }
  return text;
}

std::string offer_options(const CommandText& command, const CommandText& program) {
  std::vector<std::string> names;
  for (const OptionText& option : options_behind(command, program))
    names.insert(names.end(), option.names.begin(), option.names.end());
  return offer_words(names);
}

std::string first_positional(const CommandText& command) {
  if (!command.positionals.empty()) return complete_value(command.positionals.front());
  std::vector<std::string> names;
  names.reserve(command.commands.size());
  for (const CommandText& below : command.commands) names.push_back(below.last_word());
  return offer_words(names);
}

std::string word_cases(const CommandText& program) {
  std::string text;
  for (const CommandText* command : with_all_below(program)) {
    text += "    \"" + command->words() + "\")\n      if [[ $current == -* ]]; then\n        " +
            offer_options(*command, program) + "\n      else\n        " + first_positional(*command) +
            "\n      fi ;;\n";
  }
  return text;
}

}  // namespace

std::string bash_completion(const CommandText& program) {
  return kHead + command_cases(program) + "    esac\n  done\n  case \"$command $previous\" in\n" +
         value_cases(program) + "  esac\n  case \"$command\" in\n" + word_cases(program) +
         "  esac\n}\ncomplete -F _veery " + program.name + "\n";
}

}  // namespace veery
