#include "run/recording_pairs.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>

#include <veery/base/csv.hpp>
#include <veery/base/number.hpp>

#include "run/on_lead.hpp"

namespace veery {
namespace {

constexpr std::uint32_t kMostEpochs = 1000;

/// Of each row; where nobody knows them each row is one.
std::vector<std::uint64_t> recordings_of(const RowSource& rows) {
  if (rows.recordings) return rows.recordings();
  std::vector<std::uint64_t> recordings(static_cast<std::size_t>(rows.rows));
  std::iota(recordings.begin(), recordings.end(), 0);
  return recordings;
}

std::vector<EpochView> find_pairs(const MixturePlan& plan, const RowSource& rows, std::int64_t most) {
  const std::vector<std::uint64_t> recordings = recordings_of(rows);
  if (std::adjacent_find(recordings.begin(), recordings.end(), std::not_equal_to<>{}) == recordings.end()) return {};
  const auto recording_of = [&](const PlannedSource& source) {
    return recordings[static_cast<std::size_t>(source.row)];
  };
  const std::uint32_t epochs = most > 0 ? kMostEpochs : 1;
  std::vector<EpochView> pairs;
  for (std::uint32_t epoch = 0; epoch < epochs; ++epoch) {
    for (std::int64_t view = 0; view < plan.views(); ++view) {
      if (most > 0 && std::ssize(pairs) == most) return pairs;
      const std::vector<PlannedSource> sources = plan.view(epoch, view).sources;
      if (recording_of(sources.at(0)) != recording_of(sources.at(1))) pairs.push_back({epoch, view});
    }
  }
  return pairs;
}

}  // namespace

std::vector<EpochView> pair_recordings(Communicator& world, const MixturePlan& plan, const RowSource& rows,
                                       std::int64_t most) {
  std::string found;
  on_lead(world, [&] {
    for (const auto& [epoch, view] : find_pairs(plan, rows, most))
      found += csv_row({std::to_string(epoch), std::to_string(view)});
  });
  world.broadcast(found);
  std::vector<EpochView> pairs;
  read_csv(found, [&](const std::vector<std::string>& row) {
    pairs.push_back({parse_number<std::uint32_t>(row.at(0)).value(), parse_number<std::int64_t>(row.at(1)).value()});
  });
  return pairs;
}

}  // namespace veery
