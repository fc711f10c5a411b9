#include "cli/configuration.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <sstream>
#include <utility>

#include <veery/run/environment.hpp>

namespace veery {
namespace {

std::string variable_name(const std::string& option) {
  std::string name = "VEERY_" + option;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
  return name;
}

/// CLI11 lets the file win over the environment; leaving out what the environment sets turns that round. To CLI11 an
/// empty variable sets nothing.
class EnvironmentFirst final : public CLI::ConfigTOML {
 public:
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    std::vector<CLI::ConfigItem> entries = CLI::ConfigTOML::from_config(input);
    std::erase_if(entries, [](const CLI::ConfigItem& item) {
      return !process_environment(variable_name(item.name)).value_or("").empty();
    });
    return entries;
  }
};

/// `NAME=VALUE` with the option's path made absolute; empty when there is nothing to make.
std::string absolute_setting(const CLI::Option& option) {
  if (!is_path(option) || option.results().size() != 1 || option.results().front().empty()) return {};
  const std::string path = std::filesystem::absolute(option.results().front()).lexically_normal().string();
  // In double quotes newer CLI11 takes a backslash for an escape.
  const char quote = path.find_first_of("\"\\") == std::string::npos ? '"' : '\'';
  return option.get_lnames().front() + "=" + quote + path + quote;
}

/// To every option of the commands below `app`, and of theirs.
void add_variables(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->fallthrough();
    for (CLI::Option* option : command->get_options()) {
      if (!option->get_lnames().empty() && option->get_lnames().front() != "help") {
        option->envname(variable_name(option->get_lnames().front()));
      }
    }
    add_variables(*command);
  }
}

}  // namespace

void add_configuration(CLI::App& app) {
  // CLI11 reads the file before it looks at the environment, so the variable can only be the default.
  const std::string file = process_environment("VEERY_CONFIG").value_or("");
  app.set_config("--config", file, "Configuration file (TOML), one section a command (Env:VEERY_CONFIG)", !file.empty())
      ->type_name("FILE");
  app.config_formatter(std::make_shared<EnvironmentFirst>());
  app.allow_config_extras(CLI::config_extras_mode::error);
  add_variables(app);
}

bool is_path(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with("FILE") || type.starts_with("DIR");
}

std::string effective_configuration(const CLI::App& command) {
  std::map<std::string, std::string> absolute;  // by name
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || !option->get_configurable()) continue;
    if (std::string setting = absolute_setting(*option); !setting.empty())
      absolute[option->get_lnames().front()] = std::move(setting);
  }
  std::istringstream lines{command.config_to_str(true, false)};
  std::string text = "[" + command.get_name() + "]\n";
  for (std::string line; std::getline(lines, line);) {
    const auto found = absolute.find(line.substr(0, line.find('=')));
    text += (found == absolute.end() ? line : found->second) + "\n";
  }
  return text;
}

}  // namespace veery
