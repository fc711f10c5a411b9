// Sums over ranks on a GPU, as far as one GPU can show them. Skipped where there is none: tests/gpu/run.sh runs these
// where there is one.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <veery/training/nccl_sums.hpp>
#include <veery/training/trainer.hpp>

#include "separation/goldens.hpp"
#include "separation/seeded_model.hpp"

namespace veery::test {
namespace {

class GpuSums : public testing::Test {
 protected:
  void SetUp() override {
    device_ = choose_device("auto", 0);
    if (device_.is_cpu()) GTEST_SKIP() << device_.note;
    ASSERT_EQ(nccl_problem(), "");
    sums_ = join_nccl(make_nccl_id(), 0, 1, device_);
  }

  [[nodiscard]] Trainer trainer(std::unique_ptr<SumOverRanks> sums) const {
    return Trainer{begin_training(small_config(), 1), TrainerOptions{}, device_, 1, std::move(sums)};
  }

  ComputeDevice device_;
  std::unique_ptr<SumOverRanks> sums_;
};

TEST_F(GpuSums, OfOneRankAreItsValues) {
  std::vector<at::Tensor> values;
  for (const std::int64_t count : {1, 1000, 1 << 20})
    values.push_back(at::arange(count, at::TensorOptions{}.dtype(at::kFloat).device(device_.device)).sqrt());
  std::vector<at::Tensor> expected;
  for (const at::Tensor& value : values) expected.push_back(value.clone());

  for (const at::Tensor& value : values) {
    value.mul_(2.0);  // still under way when the sum begins
    sums_->begin(value);
  }
  sums_->finish();

  for (std::size_t i = 0; i < values.size(); ++i) EXPECT_TRUE(at::equal(values[i], 2.0 * expected[i]));
}

TEST_F(GpuSums, OfOneRankLeaveTrainingAsItIs) {
  Trainer alone = trainer(nullptr);
  Trainer summed = trainer(std::move(sums_));
  MixtureBatch batch;
  batch.sources = at::stack({noise_mixtures(2, 4000), noise_mixtures(2, 4000).flip(1)}, 1);
  batch.audio = batch.sources.sum(1);

  for (int step = 0; step < 4; ++step) {
    const StepReport expected = alone.step(batch);
    const StepReport report = summed.step(batch);
    EXPECT_NEAR(report.loss, expected.loss, 1e-3);
    EXPECT_NEAR(report.gradient_norm, expected.gradient_norm, 1e-2 * expected.gradient_norm);
  }
}

}  // namespace
}  // namespace veery::test
