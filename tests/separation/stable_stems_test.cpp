// Ten minutes of two birds that pause and overlap: whose song lands in which stem.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "separation/assignment.hpp"
#include "separation/two_birds.hpp"

namespace veery::test {
namespace {

constexpr std::int64_t kSeconds = 600;

/// Each window in the order that correlates best with the window before, over the audio they share, and that alone.
at::Tensor separate_by_previous_window(const at::Tensor& mixture, const WindowOptions& options,
                                       ShufflingSplitter model) {
  const auto window = std::llround(options.window_s * kBirdRate_hz);
  at::Tensor stems = at::zeros({4, mixture.size(0)});
  at::Tensor last;
  std::int64_t last_start = 0;
  for (const std::int64_t start : window_starts(mixture.size(0), window, std::llround(options.hop_s * kBirdRate_hz))) {
    at::Tensor outputs = model(mixture.narrow(0, start, window));
    std::int64_t join = start;
    if (last.defined()) {
      const std::int64_t shared = last_start + window - start;
      const at::Tensor products =
          at::matmul(last.narrow(1, window - shared, shared), outputs.narrow(1, 0, shared).t()).to(at::kDouble);
      separation::ScoreMatrix scores{4};
      for (std::size_t i = 0; i < 16; ++i) scores(i / 4, i % 4) = products.const_data_ptr<double>()[i];
      const std::vector<int> order = separation::best_assignment(scores);
      outputs = outputs.index_select(0, at::tensor(std::vector<std::int64_t>{order.begin(), order.end()}));
      join = start + shared / 2;
    }
    stems.narrow(1, join, start + window - join).copy_(outputs.narrow(1, join - start, start + window - join));
    last = outputs;
    last_start = start;
  }
  return stems;
}

class StableStems : public testing::TestWithParam<unsigned> {
 protected:
  const c10::InferenceMode no_gradients_;
  const TwoBirds scene_ = two_birds(kSeconds, 10 * GetParam());
  const WindowOptions options_;
};

TEST_P(StableStems, NeverSwap) {
  const Separated separated = separate(scene_.mixture, kBirdRate_hz, options_, 4, ShufflingSplitter{GetParam()});

  const std::vector<int> low = stems_of(scene_.birds[0], separated.stems);
  const std::vector<int> high = stems_of(scene_.birds[1], separated.stems);
  ASSERT_GT(low.size(), 100U);
  ASSERT_GT(high.size(), 100U);
  EXPECT_EQ(std::set<int>(low.begin(), low.end()).size(), 1U);
  EXPECT_EQ(std::set<int>(high.begin(), high.end()).size(), 1U);
  EXPECT_NE(low.front(), high.front());
}

TEST_P(StableStems, HoldEachBirdWholeAndAlone) {
  const Separated separated = separate(scene_.mixture, kBirdRate_hz, options_, 4, ShufflingSplitter{GetParam()});

  for (const std::int64_t bird : {0, 1}) {
    const at::Tensor truth = scene_.birds[bird];
    const at::Tensor stem = separated.stems[stems_of(truth, separated.stems).front()];
    const at::Tensor error = (stem - truth).reshape({-1, kBirdRate_hz}).square().mean(1);
    EXPECT_LT(error.max().item<double>(), 1e-4 * truth.square().max().item<double>()) << "bird " << bird;
  }
}

TEST_P(StableStems, SwapIfOnlyThePreviousWindowIsAsked) {
  const at::Tensor stems = separate_by_previous_window(scene_.mixture, options_, ShufflingSplitter{GetParam()});

  EXPECT_GT(swaps(stems_of(scene_.birds[0], stems)) + swaps(stems_of(scene_.birds[1], stems)), 0);
}

TEST_P(StableStems, AddUpToTheMixture) {
  const Separated separated = separate(scene_.mixture, kBirdRate_hz, options_, 4, ShufflingSplitter{GetParam()});

  EXPECT_LT((separated.stems.sum(0) - scene_.mixture).abs().max().item<double>(), 1e-6);
}

INSTANTIATE_TEST_SUITE_P(, StableStems, testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace veery::test
