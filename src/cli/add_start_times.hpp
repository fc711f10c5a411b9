#pragma once
// Options for what names and metadata tell of a recording: its start time, and its site.
#include <CLI/CLI.hpp>

#include <veery/run/options.hpp>

namespace veery {

void add_start_time_options(CLI::App& command, ArchiveOptions& options);

}  // namespace veery
