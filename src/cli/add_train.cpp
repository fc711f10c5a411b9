#include "cli/add_train.hpp"

#include <cmath>
#include <optional>

#include <veery/base/error.hpp>

#include "cli/parse.hpp"

namespace veery {
namespace {

/// "LEAST..MOST", or none.
std::optional<DrawRange> parse_range(const std::string& text, const std::string& option) {
  if (text == "none") return std::nullopt;
  DrawRange range;
  const std::size_t dots = text.find("..");
  const bool parsed = dots != std::string::npos && CLI::detail::lexical_cast(text.substr(0, dots), range.least) &&
                      CLI::detail::lexical_cast(text.substr(dots + 2), range.most);
  if (!parsed || !std::isfinite(range.least) || !std::isfinite(range.most) || range.least > range.most)
    throw UsageError{"not a range: " + text, option, "LEAST..MOST, or none"};
  return range;
}

void add_range(CLI::App& command, const std::string& name, std::optional<DrawRange>& target, const std::string& help,
               const std::string& shown_default) {
  command
      .add_option_function<std::string>(
          name, [&target, name](const std::string& text) { target = parse_range(text, name); }, help)
      ->default_str(shown_default)
      ->type_name("RANGE");
}

void add_data_options(CLI::App& command, TrainingDataOptions& data) {
  command
      .add_option(
          "DATASET", data.datasets,
          "Output folders of process (their shards), folders of recordings (windows side by side), or examples with "
          "known sources (synthesize --sources)")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  command.add_option("--validation", data.validation, "Datasets to validate with, instead of a split of these")
      ->type_name("DIR");
  command.add_option("--split", data.split, "Split of the shards to train on")->capture_default_str();
  command.add_option("--validation-split", data.validation_split, "Split of the shards to validate with")
      ->capture_default_str();
  add_duration(command, "--window", data.window_s, "Audio of an example, cut at random from a row", "5s");
  command
      .add_option("--single-share", data.single_share,
                  "Share of examples with one recording instead of two, whose other reference is silent")
      ->capture_default_str();
  command
      .add_option("--known-share", data.known_share,
                  "Share of steps with known sources, where datasets of both kinds are given")
      ->capture_default_str();
  add_range(command, "--target-peak", data.mixtures.target_peak,
            "Peak that each recording is brought to, drawn at random; none: as it is", "0.15..0.25");
  add_range(command, "--gain", data.mixtures.gain_db, "Gain of each recording on top of that, in dB", "none");
}

void add_schedule_options(CLI::App& command, ScheduleOptions& schedule) {
  command.add_option("--steps", schedule.steps, "Steps in all; more continue a training that is done")
      ->capture_default_str();
  command.add_option("--max-hours", schedule.most_hours, "End after so many hours of this run; 0: no limit")
      ->capture_default_str();
  command.add_option("--validate-every", schedule.validate_every, "Steps from validation to validation; 0: never")
      ->capture_default_str();
  command.add_option("--validation-views", schedule.validation_views, "Examples to validate with")
      ->capture_default_str();
  command
      .add_option("--patience", schedule.patience,
                  "End after so many validations without a better one; 0: however many")
      ->capture_default_str();
  command.add_option("--checkpoint-every", schedule.checkpoint_every, "Steps from checkpoint to checkpoint")
      ->capture_default_str();
  command
      .add_option("--max-rise", schedule.most_rise_db,
                  "Rise of the smoothed loss above its least, in dB, that counts as a divergence: the last checkpoint "
                  "is taken up once more, at half the rate")
      ->capture_default_str()
      ->type_name("DB");
}

void add_optimiser_options(CLI::App& command, TrainOptions& options) {
  TrainerOptions& trainer = options.trainer;
  command.add_option("--batch", options.batch, "Examples a step, all ranks together")->capture_default_str();
  command.add_option("--seed", options.seed, "Of the initial weights and of all draws")->capture_default_str();
  command.add_option("--init", options.initial_model, "A model file to begin with, instead of random weights")
      ->type_name("FILE");
  command.add_option("--learning-rate", trainer.rate.initial, "Learning rate at the start")->capture_default_str();
  command
      .add_option("--learning-rate-factor", trainer.rate.factor,
                  "The rate falls by this factor every --learning-rate-steps")
      ->capture_default_str();
  command.add_option("--learning-rate-steps", trainer.rate.factor_steps, "See --learning-rate-factor")
      ->capture_default_str();
  command.add_option("--clip", trainer.most_gradient_norm, "Largest norm of the gradient")->capture_default_str();
  command.add_option("--average-decay", trainer.average_decay, "Of the moving average that becomes the model")
      ->capture_default_str();
  command.add_option("--max-snr", trainer.mixit.max_snr_db, "SNR beyond which a better estimate gains little, in dB")
      ->capture_default_str()
      ->type_name("DB");
  command
      .add_option("--sparsity", trainer.sparsity_weight,
                  "Weight of a term against one source in many stems, in dB a stem; 0: none")
      ->capture_default_str()
      ->type_name("DB");
  command
      .add_option("--views-at-once", trainer.views_at_once,
                  "Examples that go through the network together, which bounds memory; 0: the rank's whole batch")
      ->capture_default_str();
  add_precision_option(command, trainer.precision, "float32, tf32 or bf16");
}

void add_run_options(CLI::App& command, TrainOptions& options) {
  add_device_option(command, options.device);
  add_choice<AllReduce>(command, "--all-reduce", options.all_reduce,
                        {{"auto", AllReduce::automatic}, {"nccl", AllReduce::nccl}, {"mpi", AllReduce::mpi}},
                        "How ranks add up gradients: nccl from GPU to GPU, mpi through the host; auto: nccl where each "
                        "rank has its own GPU",
                        "auto");
  command.add_option("--threads", options.threads, "Threads of each rank; 0: the cores it may use")
      ->capture_default_str();
  command.add_flag_callback(
      "--recompute", [&options] { options.trainer.activations = Activations::recompute; },
      "Keep each block's input alone for the gradient and make the rest again: a third more time for a small part of "
      "the "
      "memory. A GPU whose memory does not suffice begins it by itself");
  add_job_end_options(command, options.time, "Take no step in the last so much of the walltime");
  add_duration(command, "--lease-timeout", options.earlier.lease.silent_after_s,
               "A run on another machine without a sign of life for so long is dead: its output folder is taken over",
               "60s");
  command
      .add_flag("--restart", options.earlier.restart, "Remove what an earlier training made in the output folder first")
      ->configurable(false);
  add_report_options(command, options.report);
}

}  // namespace

void add_train(CLI::App& app, TrainOptions& options) {
  CLI::App& command = *app.add_subcommand("train", "Train a separation model on shards or recordings, without sources");
  command.add_option("--output,-o", options.output, "Folder for checkpoints, models and curves")
      ->required()
      ->type_name("DIR")
      ->configurable(false);
  add_data_options(command, options.data);
  add_schedule_options(command, options.schedule);
  add_optimiser_options(command, options);
  add_train_network_options(command, options.network);
  add_run_options(command, options);
}

}  // namespace veery
