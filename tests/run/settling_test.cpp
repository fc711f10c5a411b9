#include "run/settling.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace veery {
namespace {

/// A folder that is polled at moments of the test's choice.
class SettlingTest : public ::testing::Test {
 protected:
  using Files = std::vector<std::pair<std::string, FileState>>;

  void poll(double now_s, const Files& files) {
    settling_.begin_poll(now_s);
    for (const auto& [path, state] : files) settling_.see(path, state);
    settling_.end_poll();
  }

  [[nodiscard]] std::string next() const {
    const auto settled = settling_.next();
    return settled ? settled->path : "";
  }

  Settling settling_{10.0};
};

TEST_F(SettlingTest, AFileThatStandsStillSettles) {
  poll(100.0, {{"a.wav", {5, 1, 1}}});
  EXPECT_EQ(next(), "");
  poll(109.9, {{"a.wav", {5, 1, 1}}});
  EXPECT_EQ(next(), "");
  poll(110.0, {{"a.wav", {5, 1, 1}}});
  EXPECT_EQ(next(), "a.wav");
}

TEST_F(SettlingTest, GrowthMtimeAndAnotherFileOfTheNameBeginAnew) {
  poll(0.0, {{"size.wav", {5, 1, 1}}, {"time.wav", {5, 1, 2}}, {"file.wav", {5, 1, 3}}});
  poll(9.0, {{"size.wav", {6, 1, 1}}, {"time.wav", {5, 2, 2}}, {"file.wav", {5, 1, 4}}});
  poll(18.0, {{"size.wav", {6, 1, 1}}, {"time.wav", {5, 2, 2}}, {"file.wav", {5, 1, 4}}});
  EXPECT_EQ(next(), "");
  poll(19.0, {{"size.wav", {6, 1, 1}}, {"time.wav", {5, 2, 2}}, {"file.wav", {5, 1, 4}}});
  EXPECT_EQ(next(), "file.wav");
}

TEST_F(SettlingTest, ClocksOfFilesDoNotMatter) {
  constexpr std::int64_t kBefore1970 = -5'000'000'000;
  constexpr std::int64_t kIn2200 = 7'258'118'400'000'000'000;
  poll(0.0, {{"a.wav", {5, kBefore1970, 1}}, {"b.wav", {5, kIn2200, 2}}});
  EXPECT_EQ(next(), "");
  poll(10.0, {{"a.wav", {5, kBefore1970, 1}}, {"b.wav", {5, kIn2200, 2}}});
  EXPECT_EQ(next(), "a.wav");
  settling_.forget("a.wav");
  EXPECT_EQ(next(), "b.wav");
}

TEST_F(SettlingTest, WhatIsGoneIsForgotten) {
  poll(0.0, {{"a.wav", {5, 1, 1}}});
  poll(5.0, {});
  EXPECT_EQ(settling_.waiting(), 0U);
  EXPECT_FALSE(settling_.waits_for("a.wav"));
  poll(10.0, {{"a.wav", {5, 1, 1}}});
  EXPECT_EQ(next(), "");
  poll(20.0, {{"a.wav", {5, 1, 1}}});
  EXPECT_EQ(next(), "a.wav");
}

TEST_F(SettlingTest, LongPausesBetweenPollsCount) {
  poll(0.0, {{"a.wav", {5, 1, 1}}});
  poll(3600.0, {{"a.wav", {5, 1, 1}}, {"b.wav", {5, 1, 2}}});
  EXPECT_EQ(next(), "a.wav");
  settling_.forget("a.wav");
  EXPECT_EQ(next(), "");
}

}  // namespace
}  // namespace veery
