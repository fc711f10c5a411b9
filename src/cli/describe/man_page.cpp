#include <veery/run/commands.hpp>

#include "cli/describe/texts.hpp"

namespace veery {
namespace {

/// Text as roff takes it: no line is a request, no hyphen turns into a dash.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool starts_line = escaped.empty() || escaped.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\') {
      escaped += "\\e";
    } else if (c == '-') {
      escaped += "\\-";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string bold(std::string_view text) {
  return "\\fB" + roff(text) + "\\fR";
}
std::string italic(std::string_view text) {
  return "\\fI" + roff(text) + "\\fR";
}

std::string section(std::string_view title) {
  return ".SH " + std::string{title} + "\n";
}
std::string subsection(std::string_view title) {
  return ".SS \"" + roff(title) + "\"\n";
}
std::string item(const std::string& term, const std::string& text) {
  return ".TP\n" + term + "\n" + text + "\n";
}

std::string value_text(const OptionText& option) {
  if (option.choices.empty()) return italic(option.value);
  std::string words;
  for (const std::string& choice : option.choices) words += (words.empty() ? "" : "|") + bold(choice);
  return words;
}

std::string term(const OptionText& option) {
  std::string text;
  for (const std::string& name : option.names) text += (text.empty() ? "" : ", ") + bold(name);
  return option.value.empty() ? text : text + " " + value_text(option);
}

std::string option_item(const OptionText& option) {
  std::string text = roff(option.help);
  if (option.required) text += " (required)";
  if (!option.default_value.empty()) text += " (default: " + roff(option.default_value) + ")";
  return item(term(option), text);
}

/// The command with what it can't do without. Words of another command line stand last.
std::string usage(const CommandText& command) {
  std::string text = bold(command.name);
  std::string behind;
  for (const OptionText& each : command.positionals) {
    const std::string name = italic(each.names.front() + (each.repeated ? " …" : ""));
    if (each.value.empty()) {
      behind = " " + bold("--") + " " + name;
    } else {
      text += " " + name;
    }
  }
  for (const OptionText& each : command.options)
    if (each.required) text += " " + bold(each.names.back()) + " " + value_text(each);
  return text + " [" + italic("option") + " …]" + behind;
}

/// What only its subcommands do anything of: "veery shards".
bool is_group(const CommandText& command) {
  return !command.commands.empty();
}

std::string synopsis(const CommandText& program) {
  std::string text = section("SYNOPSIS");
  for (const CommandText* command : with_all_below(program)) {
    if (!is_group(*command)) text += usage(*command) + "\n.br\n";
  }
  return text + bold("mpirun -n") + " " + italic("ranks") + " " + bold(program.name) + " " + italic("command") + " …\n";
}

std::string description() {
  return section("DESCRIPTION") +
         "Archives of recordings, on one machine or on many nodes under MPI, become peaks worth hearing, slices "
         "around\n"
         "them, training shards (HDF5, TFRecord), stems and one manifest.\n"
         "Every sample of every recording was read or is named in\n" +
         italic("quarantine.csv") +
         ".\nOutput is the same for any number of ranks and threads, and for a run that was interrupted and "
         "continued:\n"
         "the same command goes on where the finished units end.\n";
}

std::string command_list(const CommandText& program) {
  std::string text = section("COMMANDS");
  for (const CommandText* command : with_all_below(program)) {
    if (!is_group(*command)) text += item(bold(command->name), roff(command->help));
  }
  return text;
}

/// --help is said once, with the program's options.
std::string own_options(const CommandText& command) {
  std::string text;
  for (const OptionText& option : command.positionals) text += option_item(option);
  for (const OptionText& option : command.options)
    if (option.names.back() != "--help") text += option_item(option);
  return text;
}

std::string options(const CommandText& program) {
  std::string text = section("OPTIONS") + "Of all commands:\n";
  for (const OptionText& option : program.options) text += option_item(option);
  for (const CommandText* command : with_all_below(program)) {
    if (is_group(*command)) continue;
    text += subsection(command->name) + roff(command->help) + ".\n" + own_options(*command);
    if (!command->footer.empty()) text += ".PP\n" + roff(command->footer) + "\n";
  }
  return text;
}

std::string exit_status() {
  const auto status = [](int code, const char* meaning) { return item(bold(std::to_string(code)), roff(meaning)); };
  return section("EXIT STATUS") + status(exit_code::kDone, "Done.") +
         status(exit_code::kFailed, "The run can't go on; the message says what, where and what to do.") +
         status(exit_code::kUsage, "A mistake in the command line, the environment or the configuration file.") +
         status(exit_code::kDoneWithBad, "Done, but recordings are in the quarantine (0 with --allow-bad).") +
         status(exit_code::kDiffers, "verify found differences.") +
         status(exit_code::kStopped, "Stopped early: run the same command again to continue.");
}

std::string environment() {
  return section("ENVIRONMENT") +
         item(bold("VEERY_") + italic("OPTION"),
              "The value of an option, by its long name in capitals with _ for hyphens: " + bold("VEERY_PEAK_SCOPE") +
                  " for " + bold("--peak-scope") + ".\nThe command line wins over it, it wins over the configuration" +
                  " file.") +
         item(bold("TMPDIR"), "Where temporary files lie that belong to no output folder.") +
         item(bold("HDF5_USE_FILE_LOCKING"), "HDF5's own; " + bold("FALSE") + " where it is not set.");
}

std::string files() {
  const auto file = [](const char* name, const char* meaning) { return item(italic(name), roff(meaning)); };
  return section("FILES") + "In the output folder (all of them are described in docs/formats.md):\n" +
         file("manifest.json", "Every published file with its SHA-256, and the totals of the run.") +
         file("slices.csv", "A row for each slice.") + file("quarantine.csv", "What could not be read, and why.") +
         file("run.json", "How the run went: versions, options, ranks.") +
         file("status.json", "How the run goes; veery status shows it.") + ".PP\nBeside the program's folder:\n" +
         file("../share/veery/configs/process.toml", "A configuration file with every option and its default.") +
         file("../share/veery/jobs", "Job scripts for PBS and Slurm.") +
         file("../share/doc/veery", "The documentation.");
}

std::string see_also() {
  return section("SEE ALSO") + bold("mpirun") + "(1), " + bold("sbatch") + "(1), " + bold("qsub") + "(1)\n";
}

}  // namespace

std::string man_page(const CommandText& program, std::string_view version, std::string_view date) {
  const std::string help = program.help.substr(program.help.find(": ") + 2);  // "veery: what it does"
  return ".\\\" Made from the command line's own description by veery_describe.\n.TH VEERY 1 \"" + std::string{date} +
         "\" \"veery " + std::string{version} + "\" \"User Commands\"\n.ad l\n" + section("NAME") + program.name +
         " \\- " + roff(help) + "\n" + synopsis(program) + description() + command_list(program) + options(program) +
         exit_status() + environment() + files() + see_also();
}

}  // namespace veery
