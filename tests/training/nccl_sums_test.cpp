// What the sums ask of NCCL and of a GPU's streams, where there is neither: stand-ins keep what both promise. That the
// real ones do is for tests/gpu/run.sh.
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/nccl_sums.hpp>

#include "support/error_of.hpp"
#include "training/stand_in_gpu.hpp"
#include "training/stand_in_nccl.hpp"

namespace veery::test {
namespace {

using namespace std::chrono_literals;

constexpr int kSystemError = 2;
constexpr int kRemoteError = 6;
constexpr int kInProgress = 7;

/// Each rank as a thread, with the stand-in of its number for a GPU.
void on_ranks(int ranks, const std::function<void(int rank)>& work) {
  std::vector<std::jthread> threads;
  threads.reserve(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank) threads.emplace_back(work, rank);
}

ComputeDevice gpu_of(int rank) {
  return {.device = stand_in_gpu(rank), .name = "stand-in:" + std::to_string(rank), .note = ""};
}

at::Tensor tensor_of(std::span<float> values, const c10::Device& device) {
  return at::for_blob(values.data(), {std::ssize(values)})
      .options(at::TensorOptions{}.dtype(at::kFloat).device(device))
      .target_device(device)
      .make_tensor();
}

class NcclSums : public testing::Test {
 protected:
  void SetUp() override { forget_calls(); }
  void TearDown() override {
    for (const char* const name : {"ncclGetUniqueId", "ncclCommInitRank", "ncclAllReduce", "ncclCommGetAsyncError"})
      let_fail(name, 0);
    set_async_error(0);
  }
};

TEST_F(NcclSums, AreWithinReachWhenItsFunctionsAre) {
  EXPECT_EQ(nccl_problem(), "");
}

TEST_F(NcclSums, AreTheSameOnAllRanksAndWaitForTheValues) {
  constexpr int kRanks = 3;
  const std::string id = make_nccl_id();
  on_ranks(kRanks, [&](int rank) {
    const ComputeDevice gpu = gpu_of(rank);
    const std::unique_ptr<SumOverRanks> sums = join_nccl(id, rank, kRanks, gpu);
    EXPECT_EQ(sums->device(), gpu.device);
    for (int step = 0; step < 3; ++step) {
      std::vector<std::vector<float>> buckets;
      for (const std::size_t size : {1U, 1000U, 70'000U}) buckets.emplace_back(size, -1.0F);
      for (std::vector<float>& bucket : buckets) {
        // Computed when begin has long returned.
        current_stream(gpu.device).put([&bucket, rank, step] {
          std::this_thread::sleep_for(5ms * (rank + 1));
          for (std::size_t i = 0; i < bucket.size(); ++i)
            bucket[i] = static_cast<float>(1000 * (rank + 1) + step) + static_cast<float>(i);
        });
        sums->begin(tensor_of(bucket, gpu.device));
        sums->advance();
      }
      sums->finish();
      for (const std::vector<float>& bucket : buckets)
        for (std::size_t i = 0; i < bucket.size(); ++i)
          ASSERT_EQ(bucket[i], static_cast<float>(6000 + 3 * step) + 3 * static_cast<float>(i)) << "element " << i;
    }
  });
  EXPECT_EQ(nccl_calls().joined, kRanks);
  EXPECT_EQ(nccl_calls().destroyed, kRanks);
  EXPECT_EQ(nccl_calls().aborted, 0);
}

TEST_F(NcclSums, LeaveTheGpuFreeForWhatComesAfterTheValues) {
  const std::string id = make_nccl_id();
  std::latch computed{2};
  on_ranks(2, [&](int rank) {
    const ComputeDevice gpu = gpu_of(rank);
    const std::unique_ptr<SumOverRanks> sums = join_nccl(id, rank, 2, gpu);
    std::vector<float> values(10, 1.0F);
    if (rank == 1) computed.wait();  // so that rank 0's sum is under way until both have gone on
    sums->begin(tensor_of(values, gpu.device));
    if (rank == 0) {
      current_stream(gpu.device).put([&] { computed.count_down(); });
      computed.count_down();
    }
    sums->finish();
    EXPECT_EQ(values.back(), 2.0F);
  });
}

TEST_F(NcclSums, LookForErrorsWhileTheyWaitAndTakeProgressForNone) {
  set_async_error(kInProgress);
  const std::string id = make_nccl_id();
  on_ranks(2, [&](int rank) {
    const std::unique_ptr<SumOverRanks> sums = join_nccl(id, rank, 2, gpu_of(rank));
    std::vector<float> values(10, 1.0F);
    if (rank == 1) std::this_thread::sleep_for(50ms);
    sums->begin(tensor_of(values, stand_in_gpu(rank)));
    sums->finish();
    EXPECT_EQ(values.back(), 2.0F);
  });
  EXPECT_GT(nccl_calls().looked_for_errors, 1);
}

TEST_F(NcclSums, EndInAnErrorWhenARankIsGone) {
  const std::string id = make_nccl_id();
  on_ranks(2, [&](int rank) {
    std::vector<float> values(10, 1.0F);  // outlives the sum
    const std::unique_ptr<SumOverRanks> sums = join_nccl(id, rank, 2, gpu_of(rank));
    if (rank == 1) return;
    sums->begin(tensor_of(values, stand_in_gpu(rank)));
    std::jthread later{[] {
      std::this_thread::sleep_for(20ms);
      set_async_error(kRemoteError);
    }};
    const std::string error = error_of([&] { sums->finish(); });
    EXPECT_NE(error.find("remote process exited or there was a network error"), std::string::npos) << error;
    EXPECT_NE(error.find("--all-reduce mpi"), std::string::npos) << error;
  });
  EXPECT_EQ(nccl_calls().aborted, 1) << "a sum that is under way can't be waited for";
  EXPECT_EQ(nccl_calls().destroyed, 1);
}

/// The others wait in a sum, where nobody comes to end the communicator with this rank.
TEST_F(NcclSums, LeaveTheOthersAloneWhenARankFails) {
  const std::string id = make_nccl_id();
  static std::array<std::array<float, 10>, 2> values;  // outlive the sum, which ends when it may
  std::latch failed{1};
  on_ranks(2, [&](int rank) {
    const auto train = [&] {
      const std::unique_ptr<SumOverRanks> sums = join_nccl(id, rank, 2, gpu_of(rank));
      if (rank == 1) failed.wait();
      sums->begin(tensor_of(values[static_cast<std::size_t>(rank)], stand_in_gpu(rank)));
      if (rank == 0) throw Error{"a shard can't be read", "a.h5"};
      sums->finish();
    };
    const std::string error = error_of(train);
    EXPECT_EQ(error, rank == 0 ? "a shard can't be read: a.h5" : "");
    if (rank != 0) return;
    EXPECT_EQ(nccl_calls().aborted + nccl_calls().destroyed, 0);
    failed.count_down();
  });
  EXPECT_EQ(nccl_calls().aborted, 0);
  EXPECT_EQ(nccl_calls().destroyed, 1) << "by the rank that did not fail";
}

TEST_F(NcclSums, SayInNcclsWordsWhatCouldNotBegin) {
  const std::string id = make_nccl_id();
  const auto failing = [](const std::string& name, const std::function<void()>& work) {
    let_fail(name, kSystemError);
    const std::string error = error_of(work);
    let_fail(name, 0);
    return error;
  };
  const auto expect_words = [](const std::string& error, const std::string& what) {
    EXPECT_NE(error.find(what), std::string::npos) << error;
    EXPECT_NE(error.find("NCCL_DEBUG=INFO"), std::string::npos) << error;
  };
  expect_words(failing("ncclGetUniqueId", [] { static_cast<void>(make_nccl_id()); }), "no address");
  expect_words(failing("ncclCommInitRank", [&] { static_cast<void>(join_nccl(id, 0, 1, gpu_of(0))); }),
               "could not be connected");

  const std::unique_ptr<SumOverRanks> sums = join_nccl(id, 0, 1, gpu_of(0));
  std::vector<float> values(10, 1.0F);
  expect_words(failing("ncclAllReduce", [&] { sums->begin(tensor_of(values, stand_in_gpu(0))); }), "could not begin");
}

}  // namespace
}  // namespace veery::test
