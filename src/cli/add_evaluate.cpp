#include "cli/add_evaluate.hpp"

#include "cli/parse.hpp"

namespace veery {

void add_evaluate(CLI::App& app, EvaluateOptions& options) {
  CLI::App& command = *app.add_subcommand("evaluate", "Measure how well a model separates, beside spectral gating");
  command.add_option("MODEL", options.model, "A model file, or a TorchScript module")
      ->required()
      ->type_name("FILE")
      ->configurable(false);
  command
      .add_option("DATASET", options.dataset,
                  "Examples with known sources (synthesize --sources), an output folder of process, or recordings")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--split", options.split, "Split to measure; by default eval, of shards validation")
      ->type_name("NAME");
  command
      .add_option("--examples", options.examples,
                  "So many from the first on; 0: all. Rows that have all met meet in other pairs")
      ->capture_default_str()
      ->check(zero_or_more());
  add_duration(command, "--window", options.window_s, "Audio of an example of shards and recordings", "5s");
  command.add_option("--seed", options.seed, "Of which rows meet in a mixture, and where they are cut")
      ->capture_default_str();
  command.add_option("--json", options.json, "Write the numbers here too, as JSON")
      ->type_name("FILE")
      ->configurable(false);
  command.add_option("--model-rate", options.model_rate_hz, "Rate of a TorchScript module that does not tell, in Hz")
      ->type_name("HZ");
  add_device_option(command, options.device);
  add_precision_option(command, options.precision);
  command.add_option("--threads", options.threads, "Threads of each rank; 0: the cores it may use")
      ->capture_default_str();
}

}  // namespace veery
