#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/separation/batcher.hpp>

#include "separation/fake_model.hpp"

namespace veery {
namespace {

constexpr std::int64_t kWindow = 100;

std::vector<float> window(float value, std::size_t samples = kWindow) {
  return std::vector<float>(samples, value);
}

/// Two stems: the mixture and its negative.
at::Tensor mirror(const at::Tensor& mixtures) {
  return at::stack({mixtures, -mixtures}, 1);
}

TEST(Batcher, ReturnsEachClientItsStemsInOrder) {
  const test::FakeModel model{2, 1000, mirror};
  Batcher batcher{model, kWindow, {.batch = 3, .threads = 2}};
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&batcher, &wrong, t] {
      Batcher::Client client{batcher};
      for (int round = 0; round < 50; ++round) {
        client.submit(window(static_cast<float>(100 * t + round)));
        client.submit(window(static_cast<float>(100 * t + round) + 0.5F));
        for (const float offset : {0.0F, 0.5F}) {
          const at::Tensor stems = client.next();
          const float expected = static_cast<float>(100 * t + round) + offset;
          if (stems.size(0) != 2 || stems.size(1) != kWindow || stems[1][7].item<float>() != -expected) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(batcher.statistics().windows, 400);
  EXPECT_NEAR(batcher.statistics().audio_s, 40.0, 1e-6);
}

TEST(Batcher, GivesBlocksOfStemsUnlessTheyAreNotFinite) {
  const test::FakeModel model{2, 1000, mirror};
  Batcher batcher{model, kWindow, {}};
  Batcher::Client client{batcher};
  std::vector<float> ramp = window(0.0F);
  std::iota(ramp.begin(), ramp.end(), 1.0F);
  std::vector<float> broken = ramp;
  broken.back() = std::numeric_limits<float>::quiet_NaN();
  client.submit(ramp);
  client.submit(broken);
  const StemBlock block = client.next_block();
  ASSERT_EQ(block.size(), 2U);
  EXPECT_EQ(block[0], ramp);
  std::transform(ramp.begin(), ramp.end(), ramp.begin(), std::negate<>{});
  EXPECT_EQ(block[1], ramp);
  EXPECT_TRUE(client.next_block().empty());
}

TEST(Batcher, GivesEveryBatchOneShapeAndOddLengthsOneOfTheirOwn) {
  std::mutex mutex;
  std::multiset<std::pair<std::int64_t, std::int64_t>> shapes;
  const test::FakeModel model{2, 1000, [&](const at::Tensor& mixtures) {
                                const std::scoped_lock lock{mutex};
                                shapes.emplace(mixtures.size(0), mixtures.size(1));
                                return mirror(mixtures);
                              }};
  Batcher batcher{model, kWindow, {.batch = 4, .threads = 1}};
  Batcher::Client client{batcher};
  for (int i = 0; i < 6; ++i) client.submit(window(static_cast<float>(i)));
  client.submit(window(6.0F, 30));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(client.next()[0][0].item<float>(), static_cast<float>(i));
  EXPECT_EQ(shapes.count({4, kWindow}), 2U);
  EXPECT_EQ(shapes.count({1, 30}), 1U);
  EXPECT_EQ(shapes.size(), 3U);
}

TEST(Batcher, WaitsForAFullBatchWhileAnybodyMaySubmit) {
  std::atomic<int> batches{0};
  const test::FakeModel model{2, 1000, [&](const at::Tensor& mixtures) {
                                ++batches;
                                return mirror(mixtures);
                              }};
  Batcher batcher{model, kWindow, {.batch = 2, .threads = 1}};
  Batcher::Client busy{batcher};
  {
    Batcher::Client other{batcher};
    other.submit(window(1.0F));
    std::thread waits{[&] { static_cast<void>(other.next()); }};
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    EXPECT_EQ(batches, 0) << "`busy` may still submit";
    busy.submit(window(2.0F));
    waits.join();
  }
  EXPECT_EQ(batches, 1);
  EXPECT_EQ(busy.next()[0][0].item<float>(), 2.0F);
}

/// As a device that holds `most` windows.
at::Tensor mirror_at_most(const at::Tensor& mixtures, std::int64_t most) {
  if (mixtures.size(0) > most) TORCH_CHECK_WITH(OutOfMemoryError, false, "out of memory");
  return mirror(mixtures);
}

TEST(Batcher, HalvesTheBatchOnceWhenMemoryIsShort) {
  const test::FakeModel model{2, 1000, [](const at::Tensor& mixtures) { return mirror_at_most(mixtures, 5); }};
  Batcher batcher{model, kWindow, {.batch = 9, .threads = 1}};
  Batcher::Client client{batcher};
  for (int i = 0; i < 12; ++i) client.submit(window(static_cast<float>(i)));
  for (int i = 0; i < 12; ++i) EXPECT_EQ(client.next()[1][3].item<float>(), -static_cast<float>(i));
  EXPECT_EQ(batcher.statistics().batch, 5);
}

TEST(Batcher, NamesTheBatchThatMemoryDoesNotHold) {
  const test::FakeModel model{2, 1000, [](const at::Tensor& mixtures) { return mirror_at_most(mixtures, 0); }};
  Batcher batcher{model, kWindow, {.batch = 4, .threads = 1}};
  Batcher::Client client{batcher};
  client.submit(window(1.0F));
  try {
    static_cast<void>(client.next());
    FAIL() << "no error";
  } catch (const Error& problem) {
    EXPECT_NE(std::string{problem.what()}.find("2 windows in a batch"), std::string::npos) << problem.what();
  }
}

TEST(Batcher, PassesOnWhatTheModelThrowsAndLivesOn) {
  const test::FakeModel model{2, 1000, [](const at::Tensor& mixtures) {
                                if (mixtures[0][0].item<float>() == 13.0F) throw Error{"no", "fake"};
                                return mirror(mixtures);
                              }};
  Batcher batcher{model, kWindow, {}};
  Batcher::Client client{batcher};
  client.submit(window(13.0F));
  client.submit(window(14.0F));
  EXPECT_THROW(static_cast<void>(client.next()), Error);
  EXPECT_EQ(client.next()[0][0].item<float>(), 14.0F);
}

TEST(Batcher, IsFullWithTwoBatches) {
  const test::FakeModel model{2, 1000, mirror};
  Batcher batcher{model, kWindow, {.batch = 3, .threads = 1}};
  Batcher::Client client{batcher};
  for (int i = 0; i < 6; ++i) {
    EXPECT_FALSE(client.full());
    client.submit(window(1.0F));
  }
  EXPECT_TRUE(client.full());
  EXPECT_THROW(client.submit({}), Error);
}

}  // namespace
}  // namespace veery
