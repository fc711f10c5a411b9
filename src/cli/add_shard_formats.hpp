#pragma once
// The options of `process` that say what training shards are written as.
#include <CLI/CLI.hpp>

#include <veery/run/options.hpp>

namespace veery {

void add_shard_formats(CLI::App& command, DatasetOptions& options);

}  // namespace veery
