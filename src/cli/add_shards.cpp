#include "cli/add_shards.hpp"

#include "cli/add_shard_formats.hpp"

namespace veery {
namespace {

void add_dataset(CLI::App& command, std::filesystem::path& dataset) {
  command.add_option("DATASET", dataset, "Output folder of process, or its dataset/NAME/VERSION")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
}

void add_output(CLI::App& command, std::filesystem::path& output, const char* help) {
  command.add_option("--output,-o", output, help)->required()->type_name("DIR")->configurable(false);
}

/// `split` and `merge` do one thing: which of the two it is depends on the number alone.
void add_repartition(CLI::App& shards, const char* name, const char* help, RepartitionOptions& options) {
  CLI::App& command = *shards.add_subcommand(name, help);
  add_dataset(command, options.dataset);
  add_output(command, options.output, "A new folder for the dataset; it appears when all is done");
  command
      .add_option("--shards-per-split", options.shards_per_split,
                  "Shards of each split; their lengths differ by at most one row")
      ->required()
      ->type_name("N")
      ->configurable(false);
  command
      .add_option_function<std::string>(
          "--equal", [&options](const std::string& word) { options.drop_remainder = word == "drop"; },
          "drop: leave out the last rows of a split, so that its shards are equally long")
      ->check(CLI::IsMember({"none", "drop"}))
      ->default_str("none");
  command
      .add_option_function<std::string>(
          "--shards", [&options](const std::string& formats) { options.tfrecord = formats != "hdf5"; },
          "What to write: hdf5, or a folder for TensorFlow Datasets too (hdf5,tfrecord)")
      ->check(CLI::IsMember({"hdf5", "hdf5,tfrecord"}))
      ->default_str("hdf5")
      ->type_name("FORMATS");
  add_tfds_format(command, options.tfds);
  command.add_option("--scratch", options.scratch, "Folder for rows on their way, best on a disk of the node")
      ->type_name("DIR");
  command.footer(
      "split and merge are one: N may be more or fewer than now. Rows come in TFDS's order of the whole split,\n"
      "however they were sharded before. Runs under mpirun too: each rank writes shards of its own.\n"
      "Reads HDF5 shards; TFRecord shards are made from their rows.");
}

void add_statistics(CLI::App& shards, StatisticsOptions& options) {
  CLI::App& command = *shards.add_subcommand("stats", "Hours, places, times, labels and levels of a dataset's rows");
  add_dataset(command, options.dataset);
  command.add_option("--json", options.json, "Write them here too, as JSON")->type_name("FILE")->configurable(false);
  command
      .add_option("--silent-below", options.silent_below_db,
                  "RMS level, in dB re full scale, below which a row counts as silent")
      ->capture_default_str()
      ->type_name("DB");
}

void add_sample(CLI::App& shards, SampleOptions& options) {
  CLI::App& command = *shards.add_subcommand("sample", "Rows chosen at random as WAV files and pictures");
  add_dataset(command, options.dataset);
  add_output(command, options.output, "A new folder for them; it appears when all is done");
  command.add_option("--rows,-n", options.rows, "How many, of all splits together")
      ->required()
      ->type_name("N")
      ->configurable(false);
  command.add_option("--split", options.split, "Of this split alone")->type_name("NAME")->configurable(false);
  command.add_option("--seed", options.seed, "Another seed, another choice; a larger N keeps what a smaller one chose")
      ->capture_default_str()
      ->type_name("N");
  command
      .add_option_function<std::string>(
          "--palette",
          [&options](const std::string& word) {
            options.palette = word == "viridis" ? Palette::viridis : Palette::grey;
          },
          "Colours of the pictures; in grey, dark is loud")
      ->check(CLI::IsMember({"grey", "viridis"}))
      ->default_str("grey");
}

}  // namespace

void add_shards(CLI::App& app, ShardsArguments& arguments) {
  CLI::App& shards =
      *app.add_subcommand("shards", "Recut a finished dataset into equal shards, say and show what is in it");
  shards.require_subcommand(1);
  add_repartition(shards, "split", "A dataset in more (or fewer) shards of equal length", arguments.repartition);
  add_repartition(shards, "merge", "A dataset in fewer (or more) shards of equal length", arguments.repartition);
  add_statistics(shards, arguments.statistics);
  add_sample(shards, arguments.sample);
}

int run_shards(Communicator& world, const CLI::App& command, const ShardsArguments& arguments) {
  if (command.got_subcommand("stats")) return run_statistics(world, arguments.statistics);
  if (command.got_subcommand("sample")) return run_sample(world, arguments.sample);
  return run_repartition(world, arguments.repartition);
}

}  // namespace veery
