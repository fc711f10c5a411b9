#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include <veery/base/error.hpp>
#include <veery/training/batch_loader.hpp>

namespace veery::test {
namespace {

MixtureBatch batch_of(std::int64_t step) {
  MixtureBatch batch;
  batch.rows = at::full({1}, step, at::kLong);
  return batch;
}

std::int64_t number_of(const MixtureBatch& batch) {
  return batch.rows.item<std::int64_t>();
}

TEST(BatchLoader, GivesBatchesInOrderFromTheFirstOn) {
  BatchLoader loader{batch_of, 7, 3, false};
  for (std::int64_t step = 7; step < 100; ++step) EXPECT_EQ(number_of(loader.next()), step);
}

TEST(BatchLoader, IsNoFartherAheadThanToldTo) {
  std::atomic<std::int64_t> made{0};
  const auto make = [&](std::int64_t step) {
    ++made;
    return batch_of(step);
  };
  BatchLoader loader{make, 0, 2, false};
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  EXPECT_LE(made, 2);
  EXPECT_EQ(number_of(loader.next()), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds{50});
  EXPECT_LE(made, 3);
}

TEST(BatchLoader, AFailureComesAfterWhatWasReady) {
  const auto make = [](std::int64_t step) {
    if (step == 2) throw Error{"a shard is gone", "a.h5"};
    return batch_of(step);
  };
  BatchLoader loader{make, 0, 4, false};
  EXPECT_EQ(number_of(loader.next()), 0);
  EXPECT_EQ(number_of(loader.next()), 1);
  EXPECT_THROW(static_cast<void>(loader.next()), Error);
  EXPECT_THROW(static_cast<void>(loader.next()), Error) << "and stays";
}

TEST(BatchLoader, CountsHowLongItIsWaitedFor) {
  const auto make = [](std::int64_t step) {
    std::this_thread::sleep_for(std::chrono::milliseconds{30});
    return batch_of(step);
  };
  BatchLoader loader{make, 0, 1, false};
  static_cast<void>(loader.next());
  static_cast<void>(loader.next());
  EXPECT_GT(loader.waited_s(), 0.02);
}

TEST(BatchLoader, EndsWhileBatchesAreReadyOrInTheMaking) {
  for (int i = 0; i < 20; ++i) {
    BatchLoader loader{batch_of, 0, 2, false};
    if (i % 2 == 0) static_cast<void>(loader.next());
  }
}

}  // namespace
}  // namespace veery::test
