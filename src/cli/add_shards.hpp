#pragma once
// The command `shards`, with its own commands `split`, `merge` and `stats`.
#include <CLI/CLI.hpp>

#include <veery/run/shards_options.hpp>

namespace veery {

struct ShardsArguments {
  RepartitionOptions repartition;
  StatisticsOptions statistics;
  SampleOptions sample;
};

void add_shards(CLI::App& app, ShardsArguments& arguments);

/// Runs the one of its commands that was given. Returns the exit code. Collective.
int run_shards(Communicator& world, const CLI::App& command, const ShardsArguments& arguments);

}  // namespace veery
