#pragma once
// Flags > VEERY_* environment > configuration file > defaults. An empty variable is one that is not set.
#include <CLI/CLI.hpp>

namespace veery {

/// Gives every option its environment variable (--peak-scope: VEERY_PEAK_SCOPE) and `app` a --config file of
/// one section a command, in which an unknown key is an error.
void add_configuration(CLI::App& app);

/// Whether the option takes a path, by the name of its type.
[[nodiscard]] bool is_path(const CLI::Option& option);

/// The options of a command as they are in force, as a section of a configuration file. Paths are absolute there:
/// `veery repair` may be called in another folder.
[[nodiscard]] std::string effective_configuration(const CLI::App& command);

}  // namespace veery
