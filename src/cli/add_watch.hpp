#pragma once
// The command `watch`.
#include <CLI/CLI.hpp>

#include <veery/run/watch_options.hpp>

namespace veery {

void add_watch(CLI::App& app, WatchOptions& options);

}  // namespace veery
