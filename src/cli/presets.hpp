#pragma once
// Presets of `veery process`: defaults of several options under one name. Flags, the environment and a configuration
// file win over them.
#include <CLI/CLI.hpp>

namespace veery {

/// Adds `--preset`, for the help and to check the name; what it does is done by `apply_preset`.
void add_preset(CLI::App& command);

/// Makes the preset that the arguments, else VEERY_PRESET, name the defaults of the command's options. To be called
/// when all options are there, before they are parsed.
void apply_preset(CLI::App& command, int argc, const char* const* argv);

}  // namespace veery
