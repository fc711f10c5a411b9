#include <nlohmann/json.hpp>

#include <cmath>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/run/train_options.hpp>
#include <veery/separation/device.hpp>
#include <veery/separation/model_file.hpp>

#include "run/training_folder.hpp"

namespace veery {
namespace {

using Json = nlohmann::ordered_json;

void require(bool good, std::string_view option, std::string_view problem, std::string_view remedy) {
  if (!good) throw UsageError{problem, option, remedy};
}

std::string range_text(const std::optional<DrawRange>& range) {
  return range ? decimal(range->least) + ".." + decimal(range->most) : "none";
}

bool is_positive(double value) {
  return std::isfinite(value) && value > 0;
}

void check_data(const TrainingDataOptions& data) {
  require(!data.datasets.empty(), "DATASET", "there is nothing to train on", "name one folder at least");
  require(data.window_s > 0 && data.window_s <= 600, "--window", "the window is out of range", "up to 10min");
  require(data.single_share >= 0 && data.single_share < 1, "--single-share", "the share is out of range",
          "from 0 to less than 1");
  require(data.known_share > 0 && data.known_share < 1, "--known-share", "the share is out of range",
          "between 0 and 1");
}

void check_schedule(const ScheduleOptions& schedule) {
  require(schedule.steps > 0, "--steps", "there is nothing to do", "one step at least");
  require(schedule.most_hours >= 0, "--max-hours", "the time is out of range", "0 for no limit");
  require(schedule.checkpoint_every > 0, "--checkpoint-every", "the number is out of range", "one step at least");
  require(schedule.validate_every >= 0, "--validate-every", "the number is out of range", "0: never");
  require(schedule.validate_every == 0 || schedule.validation_views > 0, "--validation-views",
          "there is nothing to validate with", "one view at least, or --validate-every 0");
  require(schedule.patience >= 0, "--patience", "the number is out of range", "0: however many");
  require(schedule.patience == 0 || schedule.validate_every > 0, "--patience", "nothing is validated",
          "give --validate-every");
  require(schedule.most_rise_db > 0, "--max-rise", "the rise is out of range", "above 0 dB");
}

void check_rate(const LearningRateDecay& rate) {
  require(is_positive(rate.initial), "--learning-rate", "the rate is out of range", "above 0");
  require(is_positive(rate.factor), "--learning-rate-factor", "the factor is out of range", "above 0; 1: no fall");
  require(is_positive(rate.factor_steps), "--learning-rate-steps", "the number is out of range", "above 0");
}

void check_trainer(const TrainerOptions& trainer) {
  check_rate(trainer.rate);
  require(trainer.precision != Precision::float16, "--precision fp16", "gradients are too small for that arithmetic",
          "bf16 has the range");
  require(trainer.most_gradient_norm > 0, "--clip", "the norm is out of range", "above 0");
  require(trainer.average_decay >= 0 && trainer.average_decay < 1, "--average-decay", "the decay is out of range",
          "from 0 to less than 1");
  require(trainer.mixit.max_snr_db > 0, "--max-snr", "the SNR is out of range", "above 0 dB");
  require(trainer.sparsity_weight == 0 || is_positive(trainer.sparsity_weight), "--sparsity",
          "the weight is out of range", "0 or more; 0: none");
  require(trainer.views_at_once >= 0, "--views-at-once", "the number is out of range", "0: the rank's whole batch");
}

}  // namespace

void check_options(const TrainOptions& options) {
  check_data(options.data);
  check_schedule(options.schedule);
  if (options.initial_model.empty()) check_config(options.network);
  check_device_name(options.device);
  require(options.batch > 0, "--batch", "the batch is empty", "one view at least");
  check_trainer(options.trainer);
  require(options.threads >= 0 && options.threads <= 4096, "--threads", "the number is out of range",
          "1 to 4096, or 0 for all cores");
  require(options.time.walltime_s == 0.0 || options.time.stop_before_end_s < options.time.walltime_s,
          "--stop-before-end", "there is no time to work in", "less than --walltime");
}

void check_ranks(const TrainOptions& options, int ranks) {
  require(options.batch % ranks == 0, "--batch " + std::to_string(options.batch), "a batch can't be dealt to the ranks",
          "a multiple of " + std::to_string(ranks));
}

void take_initial_network(TrainOptions& options) {
  if (options.initial_model.empty()) return;
  const Model model = read_model(options.initial_model);
  options.network = model.config;
  options.initial_digest = model_digest(model.config, model.weights);
}

std::string result_options_json(const TrainOptions& options, const TrainingData& data_there_is) {
  const TrainingDataOptions& data = options.data;
  const TrainerOptions& trainer = options.trainer;
  Json json{{"DATASET", describe(data_there_is)},
            {"validation", data_there_is.validation ? data_there_is.validation->description : "none"},
            {"split", data.split},
            {"validation-split", data.validation_split},
            {"window", decimal(data.window_s) + "s"},
            {"single-share", data.single_share},
            {"known-share", data.known_share},
            {"target-peak", range_text(data.mixtures.target_peak)},
            {"gain", range_text(data.mixtures.gain_db)},
            {"batch", options.batch},
            {"seed", options.seed},
            {"init", options.initial_digest},
            {"learning-rate", trainer.rate.initial},
            {"learning-rate-factor", trainer.rate.factor},
            {"learning-rate-steps", trainer.rate.factor_steps},
            {"clip", trainer.most_gradient_norm},
            {"average-decay", trainer.average_decay},
            {"max-snr", trainer.mixit.max_snr_db},
            {"sparsity", trainer.sparsity_weight},
            {"views-at-once", trainer.views_at_once},
            {"precision", to_string(trainer.precision)},
            {"validate-every", options.schedule.validate_every},
            {"validation-views", options.schedule.validation_views},
            {"checkpoint-every", options.schedule.checkpoint_every},
            {"patience", options.schedule.patience},
            {"max-rise", options.schedule.most_rise_db}};
  if (options.initial_model.empty())
    for (const auto& [name, value] : describe(options.network)) json["network: " + name] = value;
  return json.dump(1) + "\n";
}

}  // namespace veery
