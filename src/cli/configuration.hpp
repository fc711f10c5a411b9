#pragma once
// Flags > VEERY_* environment > configuration file > defaults.
#include <CLI/CLI.hpp>

namespace veery {

/// Gives every option its environment variable (--peak-scope: VEERY_PEAK_SCOPE) and `app` a --config file of
/// one section a command, in which an unknown key is an error.
void add_configuration(CLI::App& app);

/// The options of a command as they are in force, as a section of a configuration file.
[[nodiscard]] std::string effective_configuration(const CLI::App& command);

}  // namespace veery
