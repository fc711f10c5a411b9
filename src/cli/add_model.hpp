#pragma once
// The command `model`, with its own commands `import` and `info`.
#include <CLI/CLI.hpp>

#include <filesystem>

#include <veery/run/model_options.hpp>

namespace veery {

struct ModelArguments {
  ModelImportOptions import;
  std::filesystem::path info;
};

void add_model(CLI::App& app, ModelArguments& arguments);

/// Runs the one of its commands that was given. Returns the exit code.
int run_model(const CLI::App& command, const ModelArguments& arguments);

}  // namespace veery
