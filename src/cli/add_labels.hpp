#pragma once
// Options for annotations and the labels that they give.
#include <CLI/CLI.hpp>

#include <veery/run/options.hpp>

namespace veery {

void add_label_options(CLI::App& command, LabelOptions& options);

}  // namespace veery
