#include "run/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/run/commands.hpp>
#include <veery/training/source_batches.hpp>

#include "run/dataset_rows.hpp"
#include "run/on_lead.hpp"
#include "run/recording_pairs.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;
using Folders = std::vector<fs::path>;

std::int64_t window_samples(const TrainOptions& options) {
  return std::llround(options.data.window_s * static_cast<double>(options.network.sample_rate_hz));
}

std::shared_ptr<const MixturePlan> plan_mixtures(const RowSource& rows, const TrainOptions& options,
                                                 std::vector<double> view_shares) {
  MixtureOptions mixtures = options.data.mixtures;
  mixtures.seed = options.seed;
  mixtures.window_samples = window_samples(options);
  mixtures.view_shares = std::move(view_shares);
  return std::make_shared<const MixturePlan>(rows.rows, rows.samples_per_row, mixtures);
}

ViewSet views_of_rows(RowSource rows, const TrainOptions& options) {
  const double single = options.data.single_share;
  const auto plan = plan_mixtures(rows, options, {single, 1 - single});
  const std::string description = std::to_string(rows.rows) + " rows";
  return {plan->views(), description,
          [rows = std::move(rows), plan](std::uint32_t epoch, std::span<const std::int64_t> views) {
            return make_batch(*plan, rows, nullptr, epoch, views);
          }};
}

/// Pairs of two recordings, in every epoch the same. Without any: no views.
ViewSet views_of_pairs(Communicator& world, RowSource rows, const TrainOptions& options) {
  const auto plan = plan_mixtures(rows, options, {0, 1});
  std::vector<EpochView> pairs = pair_recordings(world, *plan, rows, options.schedule.validation_views);
  const auto count = static_cast<std::int64_t>(pairs.size());
  const std::string description = std::to_string(count) + " pairs of " + std::to_string(rows.rows) + " rows";
  return {count, description,
          [rows = std::move(rows), plan, pairs = std::move(pairs)](std::uint32_t, std::span<const std::int64_t> views) {
            std::vector<EpochView> chosen;
            chosen.reserve(views.size());
            for (const std::int64_t view : views) chosen.push_back(pairs.at(static_cast<std::size_t>(view)));
            return make_batch(*plan, rows, nullptr, chosen);
          }};
}

ViewSet views_of_sources(SourceFolder folder, const TrainOptions& options) {
  const SourceBatchOptions how{options.seed, static_cast<int>(options.network.sample_rate_hz), window_samples(options),
                               options.data.mixtures.target_peak};
  const std::int64_t samples = samples_at(folder, how.sample_rate_hz);
  if (samples < how.window_samples)
    throw UsageError{"examples with known sources are shorter than --window", folder.list.string(),
                     "at most " + std::to_string(samples) + " samples"};
  if (folder.most_sources > options.network.sources)
    throw UsageError{"examples have more sources than the network has stems", folder.list.string(),
                     "--outputs " + std::to_string(folder.most_sources)};
  const auto examples = static_cast<std::int64_t>(folder.examples.size());
  return {examples, std::to_string(examples) + " examples with known sources",
          [folder = std::move(folder), how](std::uint32_t epoch, std::span<const std::int64_t> views) {
            return make_source_batch(folder, how, epoch, views);
          }};
}

/// With known sources, and the others.
std::pair<Folders, Folders> divide(const Folders& datasets) {
  std::pair<Folders, Folders> divided;
  for (const fs::path& dataset : datasets)
    (source_splits(dataset).empty() ? divided.second : divided.first).push_back(dataset);
  return divided;
}

/// Of one folder; nullopt when there is none, or it has no such split and need not have it.
std::optional<ViewSet> open_known(Communicator& world, const Folders& folders, const std::string& split, bool must_be,
                                  const TrainOptions& options) {
  if (folders.empty()) return std::nullopt;
  if (folders.size() > 1)
    throw UsageError{"there are several folders with known sources", folders[1].string(), "put their lists into one"};
  const std::vector<std::string> splits = source_splits(folders.front());
  if (!must_be && std::find(splits.begin(), splits.end(), split) == splits.end()) return std::nullopt;
  std::optional<SourceFolder> folder;
  on_lead(world, [&] { folder = open_source_folder(folders.front(), split); });  // what is wrong is said once
  if (world.rank() != 0) folder = open_source_folder(folders.front(), split);
  return views_of_sources(std::move(*folder), options);
}

void check_size(const ViewSet& set, std::int64_t batch) {
  if (set.views >= batch) return;
  throw UsageError{"there are " + std::to_string(set.views) + " views of " + set.description + ", fewer than a batch",
                   "--batch " + std::to_string(batch), "give more data, or a smaller batch"};
}

/// Pairs of recordings if there are any to validate with, else known sources.
std::optional<ViewSet> open_validation(Communicator& world, const TrainOptions& options, const RowNeeds& needs) {
  const TrainingDataOptions& data = options.data;
  const bool given = !data.validation.empty();
  const auto [known, others] = divide(given ? data.validation : data.datasets);
  if (auto rows = open_rows(world, others, data.validation_split, given, needs)) {
    ViewSet pairs = views_of_pairs(world, std::move(*rows), options);
    if (pairs.views > 0) return pairs;
    if (given)
      throw UsageError{"all rows to validate with are of one recording", others.front().string(),
                       "give two recordings at least, or --validate-every 0"};
  }
  return open_known(world, known, data.validation_split, given, options);
}

}  // namespace

MixtureBatch ViewSet::batch(std::int64_t number, std::int64_t batch, int rank, int ranks) const {
  const std::int64_t of_rank = batch / ranks;
  const std::int64_t batches = batches_per_rank(views, of_rank, ranks);
  return make(static_cast<std::uint32_t>(number / batches), views_of_batch(number % batches, of_rank, rank, ranks));
}

MixtureBatch TrainingData::batch_of_step(std::int64_t step, std::int64_t batch, int rank, int ranks) const {
  const auto known_before = [&](std::int64_t steps) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(steps) * known_share));
  };
  const std::int64_t before = known_before(step);
  if (known_before(step + 1) > before) return known->batch(before, batch, rank, ranks);
  return mixtures->batch(step - before, batch, rank, ranks);
}

TrainingData open_training_data(Communicator& world, const TrainOptions& options) try {
  const TrainingDataOptions& data = options.data;
  const RowNeeds needs{static_cast<int>(options.network.sample_rate_hz), window_samples(options), options.output};
  const auto [known, others] = divide(data.datasets);
  TrainingData opened;
  if (auto rows = open_rows(world, others, data.split, true, needs))
    opened.mixtures = views_of_rows(std::move(*rows), options);
  opened.known = open_known(world, known, data.split, true, options);
  opened.known_share = !opened.known ? 0 : !opened.mixtures ? 1 : data.known_share;
  if (opened.mixtures) check_size(*opened.mixtures, options.batch);
  if (opened.known) check_size(*opened.known, options.batch);
  if (options.schedule.validate_every > 0) opened.validation = open_validation(world, options, needs);
  if (opened.validation) check_size(*opened.validation, 1);
  return opened;
} catch (const UsageError& problem) {  // every rank sees the same data
  throw AgreedFailure{problem.what(), exit_code::kUsage};
}

std::string describe(const TrainingData& data) {
  std::string text;
  for (const std::optional<ViewSet>* set : {&data.mixtures, &data.known})
    if (*set) text += (text.empty() ? "" : ", ") + (*set)->description;
  return text;
}

}  // namespace veery
