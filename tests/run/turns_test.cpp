#include "run/turns.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace veery {
namespace {

using std::chrono::milliseconds;

class TurnsTest : public testing::Test {
 protected:
  Turns turns_;
  std::atomic<bool> never_ = false;
};

TEST_F(TurnsTest, ManyWorkTogether) {
  const Turns::Turn first = turns_.take(false, never_);
  const Turns::Turn second = turns_.take(false, never_);

  EXPECT_TRUE(first.is_held() && second.is_held());
}

TEST_F(TurnsTest, WhoIsAloneHasNobodyBesideHim) {
  std::atomic<int> at_work = 0;
  std::atomic<int> most_beside_one_alone = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20; ++n) {
        const bool alone = (i + n) % 5 == 0;
        const Turns::Turn turn = turns_.take(alone, never_);
        const int beside = at_work++;
        if (alone && beside > most_beside_one_alone) most_beside_one_alone = beside;
        std::this_thread::sleep_for(milliseconds{1});
        if (alone && at_work > 1) most_beside_one_alone = at_work.load();
        --at_work;
        ++done;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(done, 160);
  EXPECT_EQ(most_beside_one_alone, 0);
}

TEST_F(TurnsTest, WhoWaitsToBeAloneGoesFirst) {
  std::optional<Turns::Turn> first{turns_.take(false, never_)};
  std::atomic<bool> was_alone = false;
  std::thread waiter{[&] {
    const Turns::Turn turn = turns_.take(true, never_);
    was_alone = true;
  }};
  std::this_thread::sleep_for(milliseconds{50});
  std::thread later{[&] {
    const Turns::Turn turn = turns_.take(false, never_);
    EXPECT_TRUE(was_alone);
  }};
  std::this_thread::sleep_for(milliseconds{50});
  EXPECT_FALSE(was_alone);

  first.reset();
  waiter.join();
  later.join();
}

TEST_F(TurnsTest, WhatIsDroppedWaitsNoLonger) {
  std::atomic<bool> dropped = false;
  const Turns::Turn first = turns_.take(false, never_);
  std::thread waiter{[&] { EXPECT_FALSE(turns_.take(true, dropped).is_held()); }};
  std::this_thread::sleep_for(milliseconds{20});
  dropped = true;
  waiter.join();

  EXPECT_TRUE(turns_.take(false, never_).is_held()) << "nobody waits to be alone any more";
}

}  // namespace
}  // namespace veery
