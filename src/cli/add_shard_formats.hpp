#pragma once
// The options that say what training shards are written as.
#include <CLI/CLI.hpp>

#include <veery/run/options.hpp>

namespace veery {

void add_shard_formats(CLI::App& command, ShardFormats& formats);
void add_tfds_format(CLI::App& command, TfdsFormat& format);

}  // namespace veery
