#pragma once
// The command `train`.
#include <CLI/CLI.hpp>

#include <veery/run/train_options.hpp>

namespace veery {

void add_train(CLI::App& app, TrainOptions& options);

/// The network that is trained, if training does not begin with a model.
void add_train_network_options(CLI::App& command, TdcnConfig& network);
/// What follows from the options of the network.
void complete_network(TrainOptions& options);

}  // namespace veery
