#pragma once
// The command `evaluate`.
#include <CLI/CLI.hpp>

#include <veery/run/evaluate_options.hpp>

namespace veery {

void add_evaluate(CLI::App& app, EvaluateOptions& options);

}  // namespace veery
