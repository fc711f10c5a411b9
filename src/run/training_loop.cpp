#include "run/training_loop.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>

#include <veery/base/csv.hpp>
#include <veery/base/error.hpp>
#include <veery/run/commands.hpp>
#include <veery/separation/model_file.hpp>

#include "run/on_lead.hpp"
#include "run/rank_sums.hpp"
#include "run/stop_signal.hpp"

namespace veery {
namespace {

constexpr std::size_t kBatchesAhead = 4;
constexpr double kSlower = 0.5;  ///< the rate after a divergence

TrainingState new_state(const TrainOptions& options) {
  TrainingState state = begin_training(options.network, options.seed);
  state.provenance = {{"training data", std::to_string(options.data.datasets.size()) + " datasets"},
                      {"training seed", std::to_string(options.seed)}};
  if (options.initial_model.empty()) return state;
  Model model = read_model(options.initial_model);
  state.provenance["began with"] = options.initial_digest;
  for (const auto& [name, weight] : model.weights) state.average.at(name).copy_(weight);
  state.weights = std::move(model.weights);
  return state;
}

/// The latest checkpoint's, or that of a training that has yet to begin.
TrainingState first_state(Communicator& world, const TrainOptions& options, const TrainingFolder* folder) {
  std::string latest;
  on_lead(world, [&] {
    const auto found = latest_checkpoint(folder->checkpoints());
    if (!found) return;
    if (read_checkpoint(*found).config != options.network)
      throw Error{"the checkpoint is of another network", found->string(), "--restart begins anew"};
    latest = found->string();
  });
  world.broadcast(latest);
  return latest.empty() ? new_state(options) : read_checkpoint(latest);
}

}  // namespace

TrainingLoop::TrainingLoop(Communicator& world, const TrainOptions& options, const TrainingData& data,
                           ComputeDevice device, TrainingFolder* folder, Reporter& reporter, const Moment& start)
    : world_(world),
      options_(options),
      data_(data),
      device_(std::move(device)),
      folder_(folder),
      reporter_(reporter),
      budget_(options.time, start),
      start_(start) {
  TrainingState state = first_state(world, options, folder);
  const std::int64_t step = state.step;
  if (step > 0) reporter.info("continuing at step " + std::to_string(step));
  on_lead(world, [&] {
    folder->keep(state);
    watch_.emplace(options, folder->events(), world.host(), step, reporter);
  });
  begin_at(std::move(state));
}

void TrainingLoop::begin_at(TrainingState state) {
  const std::int64_t step = state.step;
  if (loader_) waited_before_s_ += loader_->waited_s();
  loader_.reset();
  if (folder_ != nullptr) metrics_.emplace(folder_->metrics(), step);
  trainer_.reset();
  trainer_ = std::make_unique<Trainer>(std::move(state), options_.trainer, device_, world_.size(),
                                       make_rank_sums(world_, device_, options_.all_reduce));
  const auto make = [this, batch = options_.batch, rank = world_.rank(), ranks = world_.size()](std::int64_t number) {
    return data_.batch_of_step(number, batch, rank, ranks);
  };
  loader_ = std::make_unique<BatchLoader>(make, step, kBatchesAhead, !device_.is_cpu());
}

TrainingEnd TrainingLoop::run() {
  while (true) {
    if (auto end = find_end()) {
      end->steps = trainer_->steps();
      if (folder_ == nullptr) return *end;
      metrics_->flush();
      folder_->keep(trainer_->state());
      if (end->done) folder_->publish_model(trainer_->state());
      end->summary = watch_->end(end->steps, waited_s());
      return *end;
    }
    const StepReport report = take_step();
    TrainingProgress& progress = trainer_->progress();
    if (report.finite) progress.trend = followed(progress.trend, report.loss);
    if (!report.finite || has_diverged(progress.trend, options_.schedule.most_rise_db))
      go_back(report);
    else
      take_stock(report);
  }
}

StepReport TrainingLoop::take_step() {
  const Activations before = trainer_->activations();
  StepReport report = trainer_->step(loader_->next());
  if (trainer_->activations() != before)
    reporter_.warn("the memory of " + device_.name +
                   " does not suffice: blocks are made again for the gradient, a third more time (--recompute)");
  return report;
}

/// What decides is the same on all ranks, but for time and signals: those rank 0 settles for all.
std::optional<TrainingEnd> TrainingLoop::find_end() const {
  const ScheduleOptions& schedule = options_.schedule;
  const std::int64_t step = trainer_->steps();
  const TrainingProgress& progress = trainer_->progress();
  if (step >= schedule.steps) return TrainingEnd{true, "all " + std::to_string(schedule.steps) + " steps are done"};
  if (schedule.patience > 0 && progress.best_loss &&
      step - progress.best_step >= schedule.patience * schedule.validate_every)
    return TrainingEnd{true, "no better validation since step " + std::to_string(progress.best_step)};
  if (world_.all_true(may_go_on())) return std::nullopt;
  std::string hours_are_over = are_hours_over() ? "yes" : "";
  world_.broadcast(hours_are_over);
  if (!hours_are_over.empty()) return TrainingEnd{true, "--max-hours are over"};
  return TrainingEnd{false, "stopped early: run the same command again to continue"};
}

bool TrainingLoop::may_go_on() const {
  if (stop_requested()) return false;
  return world_.rank() != 0 || (budget_.left_s() > 0 && !are_hours_over());
}

bool TrainingLoop::are_hours_over() const {
  const double hours = std::chrono::duration<double>(TimeBudget::Clock::now() - start_.steady).count() / 3600.0;
  return options_.schedule.most_hours > 0 && hours >= options_.schedule.most_hours;
}

/// After a good step.
void TrainingLoop::take_stock(const StepReport& report) {
  const std::optional<Validation> validation = validate_if_due();
  if (folder_ == nullptr) return;
  const std::int64_t step = trainer_->steps();
  metrics_->add(step, report, validation);
  watch_->step(*trainer_, report, waited_s());
  if (step % options_.schedule.checkpoint_every != 0) return;
  metrics_->flush();
  folder_->keep(trainer_->state());
}

std::optional<Validation> TrainingLoop::validate_if_due() {
  const ScheduleOptions& schedule = options_.schedule;
  const std::int64_t step = trainer_->steps();
  if (!data_.validation || step % schedule.validate_every != 0) return std::nullopt;
  const std::int64_t at_once =
      options_.trainer.views_at_once > 0 ? options_.trainer.views_at_once : options_.batch / world_.size();
  const ValidationResult result = validate(world_, *trainer_, *data_.validation, schedule.validation_views, at_once);
  TrainingProgress& progress = trainer_->progress();
  const bool is_best =
      std::isfinite(result.means.loss) && (!progress.best_loss || result.means.loss < *progress.best_loss);
  if (is_best) {
    progress.best_loss = result.means.loss;
    progress.best_step = step;
  }
  if (folder_ == nullptr) return result.means;
  if (is_best) folder_->publish_best(trainer_->state());
  watch_->validated(step, result, is_best);
  return result.means;
}

void TrainingLoop::go_back(const StepReport& report) {
  const std::int64_t step = trainer_->steps() + (report.finite ? 0 : 1);
  const std::string what = "training diverged at step " + std::to_string(step) + " (loss " +
                           (report.finite ? fixed_decimal(report.loss, 2) + " dB" : std::string{"not finite"}) + ")";
  if (trainer_->progress().rate_scale < 1)
    throw AgreedFailure{
        what + ", at half the rate too: give a lower --learning-rate or look at the data; the checkpoints are in " +
            (options_.output / "checkpoints").string(),
        exit_code::kFailed};
  std::string checkpoint;
  on_lead(world_, [&] { checkpoint = folder_->go_back(step).string(); });
  world_.broadcast(checkpoint);
  TrainingState state = read_checkpoint(checkpoint);
  state.progress.rate_scale *= kSlower;
  state.progress.best_loss = trainer_->progress().best_loss;  // that of best.h5, which stays
  state.progress.best_step = trainer_->progress().best_step;
  reporter_.warn(what + ": going on from step " + std::to_string(state.step) + " at half the rate");
  begin_at(std::move(state));
}

}  // namespace veery
