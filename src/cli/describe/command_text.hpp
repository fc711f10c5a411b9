#pragma once
// What CLI11 knows of the program's commands, as plain values: for the man page and the shells' completions.
#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace veery {

struct OptionText {
  std::vector<std::string> names;    ///< as typed, the short ones first: "-o", "--output"; one word for a positional
  std::string value;                 ///< "DIR", "TIME"; empty: a flag, or a positional that is words behind a --
  std::vector<std::string> choices;  ///< all that the value may be; empty: open
  std::string default_value;
  std::string help;
  bool required = false;
  bool repeated = false;  ///< takes several values
};

struct CommandText {
  std::string name;  ///< "veery", "veery shards", "veery shards split"
  std::string help;
  std::string footer;
  std::vector<OptionText> positionals;
  std::vector<OptionText> options;  ///< without those of the commands above it
  bool takes_program_options = false;
  std::vector<CommandText> commands;

  [[nodiscard]] std::string last_word() const { return name.substr(name.rfind(' ') + 1); }
  /// Without the program: "shards split"; "" for the program itself.
  [[nodiscard]] std::string words() const;
  /// The words of the command above it and its own, with a blank between: "shards split", " process".
  [[nodiscard]] std::string step() const;
};

/// Hidden options and commands are left out.
[[nodiscard]] CommandText describe_commands(const CLI::App& app);

/// All options that may stand behind the command: its own, and those of the program that it takes.
[[nodiscard]] std::vector<OptionText> options_behind(const CommandText& command, const CommandText& program);

/// The command with all below it, depth first.
[[nodiscard]] std::vector<const CommandText*> with_all_below(const CommandText& command);

/// What a value names, by how the help calls it.
enum class ValueKind { file, folder, other };
[[nodiscard]] ValueKind kind_of(const OptionText& option);

}  // namespace veery
