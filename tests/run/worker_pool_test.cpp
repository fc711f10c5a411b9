#include "run/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace veery {
namespace {

using std::chrono::milliseconds;

void wait_until(WorkerPool& pool, const std::atomic<int>& count, int wanted) {
  while (count < wanted) pool.wait_for_job(milliseconds{5});
}

TEST(WorkerPool, OneWorkerKeepsTheOrder) {
  std::vector<int> order;
  std::atomic<int> done{0};
  WorkerPool pool{1};
  for (int i = 0; i < 100; ++i) {
    pool.submit([&, i] {
      order.push_back(i);
      ++done;
    });
  }
  wait_until(pool, done, 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(WorkerPool, EveryWorkerPreparesItselfOnce) {
  std::atomic<int> prepared{0};
  std::atomic<int> done{0};
  {
    WorkerPool pool{3, [&] { ++prepared; }};
    for (int i = 0; i < 10; ++i) pool.submit([&] { ++done; });
    wait_until(pool, done, 10);
  }
  EXPECT_EQ(prepared, 3);
}

TEST(WorkerPool, AnExceptionReachesTheOwnerOnce) {
  WorkerPool pool{2};
  pool.submit([] { throw std::runtime_error{"full disk"}; });
  const auto wait = [&] {
    for (int i = 0; i < 400; ++i) pool.wait_for_job(milliseconds{5});
  };
  try {
    wait();
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& failure) {
    EXPECT_STREQ(failure.what(), "full disk");
  }
  EXPECT_NO_THROW(pool.wait_for_job(milliseconds{1}));
}

TEST(WorkerPool, WorksOnAfterAnException) {
  std::atomic<int> done{0};
  WorkerPool pool{1};
  pool.submit([] { throw std::runtime_error{"once"}; });
  pool.submit([&] { ++done; });
  EXPECT_THROW(wait_until(pool, done, 2), std::runtime_error);
  wait_until(pool, done, 1);
}

TEST(WorkerPool, TheEndDropsWhatHasNotBegunAndWaitsForTheRest) {
  std::atomic<int> done{0};
  std::promise<void> begun;
  {
    WorkerPool pool{1};
    pool.submit([&] {
      begun.set_value();
      std::this_thread::sleep_for(milliseconds{50});
      ++done;
    });
    for (int i = 0; i < 10; ++i) pool.submit([&] { done += 100; });
    begun.get_future().wait();
  }
  EXPECT_EQ(done, 1);
}

TEST(WorkerPool, AnUnseenExceptionDiesWithThePool) {
  WorkerPool pool{1};
  pool.submit([] { throw std::runtime_error{"nobody looks"}; });
}

TEST(WorkerPool, KnowsWhetherAWorkerIsIdle) {
  std::promise<void> begun;
  std::promise<void> go;
  std::atomic<int> done{0};
  WorkerPool pool{1};
  EXPECT_TRUE(pool.has_idle_worker());
  pool.submit([&] {
    begun.set_value();
    go.get_future().wait();
    ++done;
  });
  EXPECT_FALSE(pool.has_idle_worker());
  begun.get_future().wait();
  EXPECT_FALSE(pool.has_idle_worker());
  go.set_value();
  while (!pool.has_idle_worker()) pool.wait_for_job(milliseconds{5});
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace veery
