#pragma once
// All commands with their options. What a command line, the environment and a configuration file say ends up in plain
// values; nothing is done yet.
#include <CLI/CLI.hpp>

#include <filesystem>

#include <veery/run/commands.hpp>

#include "cli/add_evaluate.hpp"
#include "cli/add_model.hpp"
#include "cli/add_shards.hpp"
#include "cli/add_submit.hpp"
#include "cli/add_train.hpp"
#include "cli/add_watch.hpp"

namespace veery {

struct Arguments {
  ProcessOptions process;
  ProcessOptions slice;
  ProcessOptions separate;
  ProcessOptions index;
  PeaksOptions peaks;
  SynthesizeOptions synthesize;
  std::filesystem::path verify_output;
  std::filesystem::path repair_output;
  std::filesystem::path status_output;
  bool status_as_json = false;
  ModelArguments model;
  ShardsArguments shards;
  SubmitArguments submit;
  WatchOptions watch;
  TrainOptions train;
  EvaluateOptions evaluate;
};

/// Gives `app` its name and every command, whose options fill `arguments`; both must live until it has parsed.
void add_commands(CLI::App& app, Arguments& arguments);

/// Parses. Throws UsageError for a configuration file that can't be used or has a section or key that no command knows,
/// for a value that is not what its option wants; CLI::ParseError for all else that is wrong and for --help
/// (CLI::App::exit tells them apart).
void parse_arguments(CLI::App& app, int argc, const char* const* argv);

/// Adds what depends on the whole command line, once it is parsed.
void complete_options(ProcessOptions& options, const CLI::App& command, int argc, char** argv);
void complete_options(TrainOptions& options, const CLI::App& command, int argc, char** argv);

}  // namespace veery
