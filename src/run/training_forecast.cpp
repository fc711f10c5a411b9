#include "run/training_forecast.hpp"

#include <algorithm>
#include <vector>

#include <veery/base/csv.hpp>
#include <veery/base/quantity.hpp>
#include <veery/base/text.hpp>
#include <veery/training/checkpoint.hpp>

#include "run/training_folder.hpp"

namespace veery {
namespace {

constexpr const char* kNoForecast =
    "no forecast: what this machine trains in a second says nothing about all ranks of the job; --rate tells it "
    "(views/s in the last line of an earlier run, or in its run.json)\n";

std::int64_t steps_done_in(const std::filesystem::path& output) {
  const auto latest = latest_checkpoint(checkpoints_in(output));
  return latest ? read_checkpoint(*latest).step : 0;
}

/// "540 rows (12.3 epochs)"
std::string describe_epochs(const ViewSet& set, double views) {
  return set.description + " (" + fixed_decimal(views / static_cast<double>(set.views), 1) + " epochs)";
}

std::string describe_data(const TrainingData& data, double views) {
  std::vector<std::string> sets;
  if (data.mixtures) sets.push_back(describe_epochs(*data.mixtures, views * (1.0 - data.known_share)));
  if (data.known) sets.push_back(describe_epochs(*data.known, views * data.known_share));
  std::string text = "data: " + joined(sets, ", ");
  return data.validation ? text + "; " + data.validation->description + " to validate with" : text;
}

}  // namespace

std::string describe_training_plan(const TrainOptions& options, const TrainingData& data, int ranks,
                                   std::int64_t steps_done) {
  const ScheduleOptions& schedule = options.schedule;
  const double views = static_cast<double>(schedule.steps) * static_cast<double>(options.batch);
  std::string text = describe_data(data, views) + "\nall: ";
  if (schedule.patience > 0) text += "at most ";
  text += std::to_string(schedule.steps) + " steps of " + std::to_string(options.batch) + " views, " +
          std::to_string(options.batch / ranks) + " a rank; " +
          fixed_decimal(views * options.data.window_s / 3600.0, 2) + " h of audio are heard\n";
  if (steps_done > 0) text += "done already: " + std::to_string(steps_done) + " steps, by an earlier run\n";
  return text;
}

std::string describe_training_job(Communicator& world, const SubmitOptions& asked, const PreparedJob& job,
                                  const TrainOptions& of_job) {
  TrainOptions options = of_job;
  take_initial_network(options);
  const TrainingData data = open_training_data(world, options);
  check_earlier_options(options, data);
  const std::int64_t done = steps_done_in(options.output);
  const std::int64_t left = std::max<std::int64_t>(options.schedule.steps - done, 0);
  const JobSize size = job.size(options.time);
  const std::string plan = describe_training_plan(options, data, size.ranks(), done);
  if (left == 0) return plan + std::string{kNothingLeft};
  if (!asked.rate) return plan + kNoForecast;
  const double steps_per_s = *asked.rate / static_cast<double>(options.batch);
  return plan + "rate: " + fixed_decimal(*asked.rate, 2) + " views/s of all ranks, as told\n" +
         describe_forecast(make_training_forecast(left, size, steps_per_s), size);
}

}  // namespace veery
