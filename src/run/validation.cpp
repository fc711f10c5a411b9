#include "run/validation.hpp"

#include <algorithm>
#include <numeric>

#include <veery/base/csv.hpp>
#include <veery/base/number.hpp>

namespace veery {
namespace {

std::vector<float> samples_of(const at::Tensor& waveform) {
  const at::Tensor flat = waveform.contiguous();
  const auto* const first = flat.const_data_ptr<float>();
  return {first, first + flat.numel()};
}

ShownView first_view(const MixtureBatch& batch, const at::Tensor& estimates) {
  ShownView view{samples_of(batch.audio[0]), {}};
  for (std::int64_t stem = 0; stem < estimates.size(1); ++stem) view.stems.push_back(samples_of(estimates[0][stem]));
  return view;
}

/// Every rank's rows "view,loss,improvement", summed up in the order of views.
Validation means_of(Communicator& world, const std::string& mine, std::int64_t views) {
  std::vector<Validation> by_view(static_cast<std::size_t>(views));
  std::string text;
  for (const std::string& rows : world.gather(mine)) text += rows;
  world.broadcast(text);
  read_csv(text, [&](const std::vector<std::string>& row) {
    by_view.at(parse_number<std::size_t>(row.at(0)).value()) = {parse_number<double>(row.at(1)).value(),
                                                                parse_number<double>(row.at(2)).value()};
  });
  Validation sum;
  for (const Validation& view : by_view) sum = {sum.loss + view.loss, sum.momi + view.momi};
  const auto count = static_cast<double>(views);
  return {sum.loss / count, sum.momi / count};
}

}  // namespace

ValidationResult validate(Communicator& world, const Trainer& trainer, const ViewSet& set, std::int64_t views,
                          std::int64_t at_once) {
  const std::int64_t count = std::min(views, set.views);
  const std::int64_t share = (count + world.size() - 1) / world.size();
  const std::int64_t end = std::min(count, share * (world.rank() + 1));
  ValidationResult result;
  std::string rows;
  for (std::int64_t first = share * world.rank(); first < end; first += at_once) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(std::min(at_once, end - first)));
    std::iota(numbers.begin(), numbers.end(), first);
    const MixtureBatch batch = set.make(0, numbers);
    const ValidatedBatch found = trainer.validate(batch);
    if (first == 0) result.shown = first_view(batch, found.estimates);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      rows += csv_row({std::to_string(numbers[i]), decimal(found.losses[i]), decimal(found.improvements[i])});
  }
  result.means = means_of(world, rows, count);
  return result;
}

}  // namespace veery
