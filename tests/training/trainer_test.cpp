#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <numeric>
#include <vector>

#include <veery/base/error.hpp>
#include <veery/training/losses.hpp>
#include <veery/training/trainer.hpp>

#include "separation/seeded_model.hpp"

namespace veery::test {
namespace {

constexpr std::int64_t kSamples = 1200;
/// Small tensors: threads would wait for each other more than they work, all the more beside other tests.
const bool kOneThread = (set_threads(1), true);

/// Two kinds of sounds at a time, a low and a high one, each with a level of its own.
MixtureBatch two_tones(std::int64_t views, std::uint64_t seed) {
  const at::Tensor time = at::arange(kSamples, at::TensorOptions{}.dtype(at::kFloat)) / 16000.0;
  const at::Tensor levels = noise_mixtures(views, 2, seed).abs() + 0.05;
  const at::Tensor tones = at::stack({at::sin(2 * M_PI * 500.0 * time), at::sin(2 * M_PI * 3000.0 * time)});
  const at::Tensor sources = (levels.unsqueeze(-1) * tones.unsqueeze(0)).contiguous();
  return {sources.sum(1), sources, at::zeros({views, 2}, at::kLong), false};
}

MixtureBatch part_of(const MixtureBatch& batch, std::int64_t first, std::int64_t count) {
  return {batch.audio.narrow(0, first, count), batch.sources.narrow(0, first, count),
          batch.rows.narrow(0, first, count), batch.sources_are_known};
}

TrainerOptions fast() {
  TrainerOptions options;
  options.rate.initial = 3e-3;
  return options;
}

double loss_of(const Trainer& trainer, const MixtureBatch& batch) {
  const std::vector<double> losses = trainer.validate(batch).losses;
  return std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
}

double largest_difference_of(const Weights& a, const Weights& b) {
  double largest = 0;
  for (const auto& [name, weight] : a) largest = std::max(largest, (weight - b.at(name)).abs().max().item<double>());
  return largest;
}

TEST(Trainer, LearnsToSeparateTwoTones) {
  Trainer trainer{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  const MixtureBatch unseen = two_tones(4, 999);
  const double before = loss_of(trainer, unseen);

  double first = 0;
  StepReport report;
  for (std::uint64_t i = 0; i < 60; ++i) {
    report = trainer.step(two_tones(4, i));
    ASSERT_TRUE(report.finite);
    if (i == 0) first = report.loss;
  }

  EXPECT_EQ(trainer.steps(), 60);
  EXPECT_LT(report.loss, first - 3.0);
  EXPECT_LT(loss_of(trainer, unseen), before - 3.0) << "the moving average has learnt too";
}

TEST(Trainer, LearnsFromKnownSources) {
  Trainer trainer{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  const auto known = [](std::uint64_t seed) {
    MixtureBatch batch = two_tones(4, seed);
    batch.sources_are_known = true;
    return batch;
  };
  const MixtureBatch unseen = known(999);
  const double before = loss_of(trainer, unseen);

  for (std::uint64_t i = 0; i < 60; ++i) ASSERT_TRUE(trainer.step(known(i)).finite);

  EXPECT_LT(loss_of(trainer, unseen), before - 3.0);
  const at::Tensor stems = trainer.validate(unseen).estimates;
  EXPECT_EQ(stems.sizes(), (std::vector<std::int64_t>{4, small_config().sources, kSamples}));
}

TEST(Trainer, MoreSourcesThanStemsAreRefused) {
  Trainer trainer{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  MixtureBatch batch = two_tones(1, 1);
  batch.sources = batch.sources.repeat({1, small_config().sources, 1});
  batch.sources_are_known = true;

  EXPECT_THROW(trainer.step(batch), Error);
}

TEST(Trainer, ASparserSeparationIsPreferredWhenAskedFor) {
  TrainerOptions sparse = fast();
  sparse.sparsity_weight = 100;
  Trainer trainer{begin_training(small_config(), 1), sparse, ComputeDevice{}};
  const MixtureBatch unseen = two_tones(8, 999);
  const auto stems = [&] { return sparsity(trainer.validate(unseen).estimates).mean().item<double>(); };
  const double before = stems();

  for (std::uint64_t i = 0; i < 60; ++i) trainer.step(two_tones(4, i));

  EXPECT_LT(stems(), before - 0.2);
}

TEST(Trainer, PartsOfABatchAddUpToIt) {
  TrainerOptions in_parts = fast();
  in_parts.views_at_once = 2;
  Trainer whole{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  Trainer parts{begin_training(small_config(), 1), in_parts, ComputeDevice{}};
  const MixtureBatch batch = two_tones(5, 3);

  const StepReport expected = whole.step(batch);
  const StepReport report = parts.step(batch);

  EXPECT_NEAR(report.loss, expected.loss, 1e-4);
  EXPECT_NEAR(report.gradient_norm, expected.gradient_norm, 1e-3 * expected.gradient_norm);
  EXPECT_NEAR(loss_of(parts, batch), loss_of(whole, batch), 1e-3);
}

TEST(Trainer, BlocksThatAreMadeAgainGiveTheSameStep) {
  TrainerOptions again = fast();
  again.activations = Activations::recompute;
  Trainer kept{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  Trainer recomputed{begin_training(small_config(), 1), again, ComputeDevice{}};
  const MixtureBatch batch = two_tones(4, 3);

  EXPECT_EQ(kept.step(batch).gradient_norm, recomputed.step(batch).gradient_norm);

  const Weights expected = kept.state().weights;
  for (const auto& [name, weight] : recomputed.state().weights)
    EXPECT_TRUE(at::equal(weight, expected.at(name))) << name;
}

using Floats = std::vector<std::vector<float>>;

/// Keeps what a rank adds, sum by sum.
class Keeping : public SumOverRanks {
 public:
  explicit Keeping(Floats& kept) : kept_(kept) {}
  void begin(const at::Tensor& values) override {
    kept_.emplace_back(values_of(values).begin(), values_of(values).end());
  }
  void advance() override {}
  void finish() override {}

 private:
  Floats& kept_;
};

/// Puts beside it what the ranks have added.
class Replaying : public SumOverRanks {
 public:
  explicit Replaying(const std::vector<Floats>& ranks) : ranks_(ranks) {}
  void begin(const at::Tensor& tensor) override {
    const std::span<float> values = values_of(tensor);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = 0;
      for (const Floats& rank : ranks_) values[i] += rank[next_][i];
    }
    ++next_;
  }
  void advance() override {}
  void finish() override {}

 private:
  const std::vector<Floats>& ranks_;
  std::size_t next_ = 0;
};

TEST(Trainer, TwoRanksMakeTheStepOfOne) {
  const MixtureBatch batch = two_tones(4, 3);
  Trainer alone{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  const StepReport expected = alone.step(batch);

  std::vector<Floats> ranks(2);
  for (const std::int64_t rank : {0, 1}) {
    auto keep = std::make_unique<Keeping>(ranks[static_cast<std::size_t>(rank)]);
    Trainer probe{begin_training(small_config(), 1), fast(), ComputeDevice{}, 2, std::move(keep)};
    probe.step(part_of(batch, 2 * rank, 2));
  }
  Trainer together{begin_training(small_config(), 1), fast(), ComputeDevice{}, 2, std::make_unique<Replaying>(ranks)};
  const StepReport report = together.step(part_of(batch, 0, 2));

  EXPECT_NEAR(report.loss, expected.loss, 1e-4);
  EXPECT_NEAR(report.gradient_norm, expected.gradient_norm, 1e-3 * expected.gradient_norm);
  EXPECT_NEAR(loss_of(together, batch), loss_of(alone, batch), 1e-3);
}

TEST(Trainer, ABatchBeyondNumbersChangesNothing) {
  Trainer trainer{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  trainer.step(two_tones(2, 1));
  const TrainingState before = trainer.state();
  MixtureBatch broken = two_tones(2, 2);
  broken.audio[0][5] = std::numeric_limits<float>::quiet_NaN();

  EXPECT_FALSE(trainer.step(broken).finite);

  const TrainingState after = trainer.state();
  EXPECT_EQ(after.step, 1);
  EXPECT_EQ(after.adam.steps, 1);
  EXPECT_EQ(largest_difference_of(after.weights, before.weights), 0.0);
  EXPECT_EQ(largest_difference_of(after.average, before.average), 0.0);
  EXPECT_EQ(largest_difference_of(after.adam.first_moments, before.adam.first_moments), 0.0);
}

TEST(Trainer, ARateBeyondNumbersChangesNothing) {
  TrainerOptions options = fast();
  options.rate.factor_steps = 0;
  Trainer trainer{begin_training(small_config(), 1), options, ComputeDevice{}};
  const TrainingState before = trainer.state();

  EXPECT_FALSE(trainer.step(two_tones(2, 1)).finite);

  EXPECT_EQ(largest_difference_of(trainer.state().weights, before.weights), 0.0);
}

TEST(Trainer, ItsStateIsACopy) {
  Trainer trainer{begin_training(small_config(), 1), fast(), ComputeDevice{}};
  const TrainingState before = trainer.state();
  const Weights kept = [&] {
    Weights copies;
    for (const auto& [name, weight] : before.weights) copies[name] = weight.clone();
    return copies;
  }();

  trainer.step(two_tones(2, 1));

  EXPECT_EQ(largest_difference_of(before.weights, kept), 0.0);
  EXPECT_GT(largest_difference_of(trainer.state().weights, kept), 0.0);
}

TEST(Trainer, TheRateFallsAndIsScaled) {
  TrainerOptions options = fast();
  options.rate = {.initial = 1e-3, .factor = 0.5, .factor_steps = 1};
  TrainingState state = begin_training(small_config(), 1);
  state.progress.rate_scale = 0.5;
  Trainer trainer{state, options, ComputeDevice{}};

  EXPECT_DOUBLE_EQ(trainer.step(two_tones(2, 1)).rate, 0.5e-3);
  EXPECT_DOUBLE_EQ(trainer.step(two_tones(2, 1)).rate, 0.25e-3);
}

}  // namespace
}  // namespace veery::test
