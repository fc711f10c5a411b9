// Runs under mpirun with any number of ranks: every rank makes the same calls and checks what reaches it.
#include <gtest/gtest.h>

#include <chrono>
#include <ctime>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/mpi/running_sums.hpp>

#include "support/mpi_world.hpp"

namespace veery {
namespace {

using test::world;

std::string long_text(int rank) {
  std::string text(5'000'000 + static_cast<std::size_t>(rank), static_cast<char>('a' + rank));
  text[1] = '\0';
  return text;
}

Message wait_for_message() {
  while (true) {
    if (auto message = world().poll()) return *std::move(message);
  }
}

TEST(Communicator, KnowsItsPlace) {
  EXPECT_GE(world().rank(), 0);
  EXPECT_LT(world().rank(), world().size());
  EXPECT_EQ(world().ranks_on_node(), world().size());
  EXPECT_EQ(world().rank_on_node(), world().rank());
  EXPECT_FALSE(world().host().empty());
}

TEST(Communicator, NamesItsLibraryInOneCleanLine) {
  const std::string name = Communicator::library();
  EXPECT_FALSE(name.empty());
  EXPECT_EQ(name.find_first_of(std::string{"\n\0", 2}), std::string::npos);
}

TEST(Communicator, BroadcastsLongEmptyAndBinaryTexts) {
  for (const std::string& text : {long_text(0), std::string{}, std::string{"a\0b\n", 4}}) {
    std::string mine = world().rank() == 0 ? text : "something else";
    world().broadcast(mine);
    EXPECT_TRUE(mine == text);
  }
}

TEST(RunningSums, AreTheSameOnEachRank) {
  RunningSums sums{world()};
  const auto ranks = static_cast<float>(world().size());
  for (int round = 0; round < 3; ++round) {
    std::vector<std::vector<float>> buckets;
    for (const std::size_t length : std::initializer_list<std::size_t>{100'003, 1, 300'000, 0, 17}) {
      std::vector<float>& values = buckets.emplace_back(length);
      for (std::size_t i = 0; i < length; ++i)
        values[i] = 0.1F * static_cast<float>(i % 97) + static_cast<float>(world().rank());
    }
    for (std::vector<float>& values : buckets) sums.begin(values);
    sums.advance();
    sums.finish();

    for (const std::vector<float>& values : buckets) {
      for (std::size_t i = 0; i < values.size(); i += 5'000)
        EXPECT_NEAR(values[i], 0.1F * static_cast<float>(i % 97) * ranks + ranks * (ranks - 1) / 2, 1e-3F);
      std::string mine{reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
      const std::string own = mine;
      world().broadcast(mine);
      EXPECT_TRUE(mine == own) << "to the bit";
    }
  }
}

TEST(Communicator, GathersTextsInRankOrder) {
  const std::vector<std::string> texts = world().gather("rank " + std::to_string(world().rank()));
  ASSERT_EQ(texts.size(), world().rank() == 0 ? static_cast<std::size_t>(world().size()) : 0U);
  for (std::size_t rank = 0; rank < texts.size(); ++rank) EXPECT_EQ(texts[rank], "rank " + std::to_string(rank));
}

TEST(Communicator, GathersLongAndEmptyTexts) {
  const bool is_odd = world().rank() % 2 == 1;
  const std::vector<std::string> texts = world().gather(is_odd ? std::string{} : long_text(world().rank()));
  for (std::size_t rank = 0; rank < texts.size(); ++rank) {
    EXPECT_TRUE(texts[rank] == (rank % 2 == 1 ? std::string{} : long_text(static_cast<int>(rank)))) << rank;
  }
}

TEST(Communicator, AllTrueNeedsEveryRank) {
  EXPECT_TRUE(world().all_true(true));
  EXPECT_FALSE(world().all_true(false));
  EXPECT_FALSE(world().all_true(world().rank() != world().size() - 1));
}

TEST(Communicator, PollFindsNothingWhereNothingWasSent) {
  world().barrier();
  EXPECT_FALSE(world().poll().has_value());
  world().barrier();
}

/// A rank that has sent its last message may be in a collective call long before the others.
TEST(Communicator, PollTakesNothingOfAGather) {
  if (world().rank() == 0) {
    for (int i = 0; i < 50; ++i) {
      EXPECT_FALSE(world().poll());
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
  }
  EXPECT_EQ(world().gather("text").size(), world().rank() == 0 ? static_cast<std::size_t>(world().size()) : 0U);
  world().barrier();  // before a rank sends messages of the next test
}

TEST(Communicator, MessagesOfARankArriveInOrder) {
  constexpr int kMessages = 50;
  if (world().rank() != 0) {
    for (int i = 0; i < kMessages; ++i) world().send(0, 1 + i % 3, std::to_string(i));
  } else {
    std::map<int, int> next;
    for (int count = 0; count < kMessages * (world().size() - 1); ++count) {
      const Message message = wait_for_message();
      const int expected = next[message.from]++;
      EXPECT_EQ(message.bytes, std::to_string(expected));
      EXPECT_EQ(message.tag, 1 + expected % 3);
    }
  }
  world().barrier();
}

TEST(Communicator, SendsLongAndEmptyMessagesWithoutWaiting) {
  const int next = (world().rank() + 1) % world().size();
  const int last = (world().rank() + world().size() - 1) % world().size();
  world().send(next, 7, long_text(world().rank()));
  world().send(next, 8, "");
  const Message first = wait_for_message();
  EXPECT_EQ(first.from, last);
  EXPECT_EQ(first.tag, 7);
  EXPECT_TRUE(first.bytes == long_text(last));
  const Message second = wait_for_message();
  EXPECT_EQ(second.tag, 8);
  EXPECT_TRUE(second.bytes.empty());
  world().barrier();
}

TEST(Communicator, WaitingForRankZeroLeavesTheCoreToOthers) {
  world().barrier();
  const std::clock_t before = std::clock();
  std::string text{"what took rank 0 so long"};
  if (world().rank() == 0) std::this_thread::sleep_for(std::chrono::milliseconds{400});
  world().broadcast(text);
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.1);
}

}  // namespace
}  // namespace veery
