#include "run/evaluation_data.hpp"

#include <algorithm>
#include <cmath>

#include <veery/base/error.hpp>
#include <veery/run/commands.hpp>

#include "run/on_lead.hpp"
#include "run/recording_pairs.hpp"

namespace veery {
namespace {

/// The sum over sources of [source, sample].
void add_up(const std::vector<float>& sources, std::span<float> sum) {
  for (std::size_t i = 0; i < sources.size(); ++i) sum[i % sum.size()] += sources[i];
}

}  // namespace

EvaluationData::EvaluationData(Communicator& world, const EvaluateOptions& options, int sample_rate_hz)
    : sample_rate_hz_(sample_rate_hz), wanted_(options.examples) {
  const bool has_sources = !source_splits(options.dataset).empty();
  split_ = !options.split.empty() ? options.split : has_sources ? "eval" : "validation";
  if (!has_sources) {
    open_rows_of(world, options);
    return;
  }
  on_lead(world, [&] { open_sources(options); });  // what is wrong is said once
  if (world.rank() != 0) open_sources(options);
}

void EvaluationData::open_sources(const EvaluateOptions& options) {
  folder_ = open_source_folder(options.dataset, split_);
}

void EvaluationData::open_rows_of(Communicator& world, const EvaluateOptions& options) try {
  const std::int64_t window = std::llround(options.window_s * sample_rate_hz_);
  auto rows = open_rows(world, {options.dataset}, split_, true, {sample_rate_hz_, window, {}});
  MixtureOptions mixtures;
  mixtures.seed = options.seed;
  mixtures.window_samples = window;
  mixtures.view_shares = {0, 1};
  rows_ = std::move(*rows);
  plan_.emplace(rows_.rows, rows_.samples_per_row, mixtures);
  if (plan_->views() == 0)
    throw UsageError{"there are fewer than two rows", options.dataset.string(), "give more data"};
  pairs_ = pair_recordings(world, *plan_, rows_, wanted_);
  if (pairs_.empty())
    throw UsageError{"all rows are of one recording", options.dataset.string(), "give two recordings at least"};
} catch (const UsageError& problem) {  // every rank sees the same data
  throw AgreedFailure{problem.what(), exit_code::kUsage};
}

std::int64_t EvaluationData::source_examples() const {
  if (!folder_) return 0;
  const auto all = static_cast<std::int64_t>(folder_->examples.size());
  return wanted_ > 0 ? std::min(all, wanted_) : all;
}

std::int64_t EvaluationData::mixtures() const {
  return folder_ ? source_examples() / 2 : static_cast<std::int64_t>(pairs_.size());
}

std::vector<float> EvaluationData::sources(std::int64_t example) const {
  return read_sources(*folder_, static_cast<std::size_t>(example), sample_rate_hz_);
}

std::vector<float> EvaluationData::mixture(std::int64_t number) const {
  if (!folder_) {
    const auto [epoch, view] = pairs_.at(static_cast<std::size_t>(number));
    return make_view(*plan_, rows_, nullptr, epoch, view).sources;
  }
  const auto samples = static_cast<std::size_t>(samples_at(*folder_, sample_rate_hz_));
  std::vector<float> both(2 * samples);
  add_up(sources(2 * number), std::span{both}.first(samples));
  add_up(sources(2 * number + 1), std::span{both}.last(samples));
  return both;
}

int EvaluationData::resampled_from_hz() const {
  return folder_ && folder_->sample_rate_hz != sample_rate_hz_ ? folder_->sample_rate_hz : 0;
}

}  // namespace veery
