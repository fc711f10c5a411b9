#include <ATen/Functions.h>

#include <algorithm>
#include <numeric>
#include <string>

#include <veery/base/error.hpp>
#include <veery/training/mixture_batches.hpp>

namespace veery {
namespace {

void check_split(std::int64_t batch_size, std::int64_t rank, std::int64_t ranks) {
  if (batch_size > 0 && rank >= 0 && rank < ranks) return;
  throw Error{
      "batches can't be dealt to ranks",
      std::to_string(batch_size) + " views a batch, rank " + std::to_string(rank) + " of " + std::to_string(ranks),
      "give at least one view, and ranks from 0 on"};
}

}  // namespace

std::int64_t batches_per_rank(std::int64_t views, std::int64_t batch_size, std::int64_t ranks) {
  check_split(batch_size, 0, ranks);
  return views / batch_size / ranks;
}

std::vector<std::int64_t> views_of_batch(std::int64_t batch, std::int64_t batch_size, std::int64_t rank,
                                         std::int64_t ranks) {
  check_split(batch_size, rank, ranks);
  std::vector<std::int64_t> views(static_cast<std::size_t>(batch_size));
  std::iota(views.begin(), views.end(), (batch * ranks + rank) * batch_size);
  return views;
}

MixtureBatch make_batch(const MixturePlan& plan, const RowSource& rows, const RowSource* noise,
                        std::span<const EpochView> views) {
  const auto size = static_cast<std::int64_t>(views.size());
  const std::int64_t samples = plan.options().window_samples;
  const auto most_sources = static_cast<std::int64_t>(plan.views_by_sources().size());
  MixtureBatch batch{at::empty({size, samples}, at::kFloat), at::empty({size, plan.slots(), samples}, at::kFloat),
                     at::full({size, most_sources}, -1, at::kLong), false};
  for (std::int64_t i = 0; i < size; ++i) {
    const auto [epoch, number] = views[static_cast<std::size_t>(i)];
    const MixtureView view = make_view(plan, rows, noise, epoch, number);
    std::copy(view.audio.begin(), view.audio.end(), batch.audio[i].mutable_data_ptr<float>());
    std::copy(view.sources.begin(), view.sources.end(), batch.sources[i].mutable_data_ptr<float>());
    std::copy(view.rows.begin(), view.rows.end(), batch.rows[i].mutable_data_ptr<std::int64_t>());
  }
  return batch;
}

MixtureBatch make_batch(const MixturePlan& plan, const RowSource& rows, const RowSource* noise, std::uint32_t epoch,
                        std::span<const std::int64_t> views) {
  std::vector<EpochView> of_epoch;
  of_epoch.reserve(views.size());
  for (const std::int64_t view : views) of_epoch.push_back({epoch, view});
  return make_batch(plan, rows, noise, of_epoch);
}

}  // namespace veery
