#pragma once
// One model serves several threads at once, each with the result it would have alone.
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include <veery/separation/separation_model.hpp>

#include "seeded_model.hpp"

namespace veery::test {

inline void expect_shared_by_threads(const SeparationModel& model) {
  const at::Tensor mixtures = noise_mixtures(1, 3000);
  const at::Tensor alone = model.separate(mixtures);

  std::vector<at::Tensor> stems(4);
  std::vector<std::thread> threads;
  threads.reserve(stems.size());
  for (at::Tensor& mine : stems) threads.emplace_back([&] { mine = model.separate(mixtures); });
  for (std::thread& thread : threads) thread.join();

  for (const at::Tensor& mine : stems) EXPECT_TRUE(at::equal(mine, alone));
}

}  // namespace veery::test
