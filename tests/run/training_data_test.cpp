#include "run/training_data.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <vector>

namespace veery::test {
namespace {

/// Batches that tell epoch and views.
ViewSet telling(std::int64_t views, bool known) {
  return {views, "test", [known](std::uint32_t epoch, std::span<const std::int64_t> numbers) {
            MixtureBatch batch;
            batch.rows = at::tensor(std::vector<std::int64_t>(numbers.begin(), numbers.end()));
            batch.rows.add_(std::int64_t{1000} * epoch);
            batch.sources_are_known = known;
            return batch;
          }};
}

std::vector<std::int64_t> rows_of(const MixtureBatch& batch) {
  const auto* first = batch.rows.const_data_ptr<std::int64_t>();
  return {first, first + batch.rows.numel()};
}

TEST(ViewSet, RanksShareABatchAndEpochsFollow) {
  const ViewSet set = telling(10, false);
  EXPECT_EQ(rows_of(set.batch(0, 4, 0, 2)), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(rows_of(set.batch(1, 4, 1, 2)), (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(rows_of(set.batch(2, 4, 0, 2)), (std::vector<std::int64_t>{1000, 1001})) << "8 of 10 views are a batch";
}

TEST(TrainingData, StepsWithKnownSourcesAreSpreadEvenly) {
  const TrainingData data{telling(100, false), telling(100, true), 0.3, {}};
  std::int64_t known = 0;
  for (std::int64_t step = 0; step < 100; ++step) {
    const MixtureBatch batch = data.batch_of_step(step, 1, 0, 1);
    const std::int64_t number = batch.sources_are_known ? known++ : step - known;
    EXPECT_EQ(rows_of(batch).front(), number) << "none is left out or comes twice";
    EXPECT_NEAR(static_cast<double>(known), 0.3 * static_cast<double>(step + 1), 1);
  }
  EXPECT_NEAR(static_cast<double>(known), 30, 1);
}

}  // namespace
}  // namespace veery::test
