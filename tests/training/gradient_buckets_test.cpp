#include "training/gradient_buckets.hpp"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <veery/training/optimiser.hpp>

#include "separation/seeded_model.hpp"

namespace veery::test {
namespace {

using training::GradientBuckets;

/// Doubles what it is given, as if there were a twin, and remembers when that was.
class Doubling : public SumOverRanks {
 public:
  void begin(const at::Tensor& values) override {
    for (float& value : values_of(values)) value *= 2;
    begun.push_back(values_of(values).size());
  }
  void advance() override { ++advanced; }
  void finish() override { ++finished; }

  std::vector<std::size_t> begun;
  int advanced = 0;
  int finished = 0;
};

class Buckets : public testing::Test {
 protected:
  const Model model_ = seeded_model(small_config());
  const Weights weights_ = trainable(model_.weights);
  const at::Tensor mixture_ = noise_mixtures(2, 2000);
  Doubling sum_;

  [[nodiscard]] at::Tensor loss() const { return forward(model_.config, weights_, mixture_).square().sum(); }
};

TEST_F(Buckets, SumsBeginWhileGradientsAreStillToCome) {
  GradientBuckets buckets{weights_, at::kCPU, 1000};
  ASSERT_GE(buckets.buckets(), 4U);
  std::vector<std::size_t> begun_before;  // each gradient

  gradients_of(loss(), weights_, [&](const std::string& name, const at::Tensor& gradient) {
    begun_before.push_back(sum_.begun.size());
    buckets.complete(name, gradient, sum_);
  });

  EXPECT_GE(begun_before.size(), weights_.size() - 4);  // some weights need not matter
  EXPECT_GE(begun_before[begun_before.size() / 2], 1U) << "half of the gradients are there, and no sum has begun";
  EXPECT_EQ(static_cast<std::size_t>(sum_.advanced), begun_before.size());
}

TEST_F(Buckets, HoldEveryGradientOfAllParts) {
  const Weights expected = gradients_of(loss(), weights_);
  for (const std::int64_t size : {1, 1000, 1 << 18}) {
    GradientBuckets buckets{weights_, at::kCPU, size};
    for (int step = 0; step < 2; ++step) {
      buckets.clear();
      for (const auto& [name, gradient] : gradients_of(loss(), weights_)) buckets.add(name, gradient);
      gradients_of(loss(), weights_, [&](const std::string& name, const at::Tensor& gradient) {
        buckets.complete(name, gradient, sum_);
      });
      buckets.begin_rest(sum_);
    }

    const Weights found = buckets.gradients();
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, gradient] : expected)
      EXPECT_TRUE(at::allclose(found.at(name), 4 * gradient, 1e-5, 1e-7)) << name;  // two parts, and doubled
  }
}

TEST_F(Buckets, BeginInOneOrderWhateverComesFirst) {
  const Weights gradients = gradients_of(loss(), weights_);
  GradientBuckets forwards{weights_, at::kCPU, 1000};
  GradientBuckets backwards{weights_, at::kCPU, 1000};
  Doubling other;

  for (const auto& [name, gradient] : gradients) forwards.complete(name, gradient, sum_);
  for (auto gradient = gradients.rbegin(); gradient != gradients.rend(); ++gradient)
    backwards.complete(gradient->first, gradient->second, other);

  EXPECT_EQ(sum_.begun, other.begun);
  EXPECT_EQ(sum_.begun.size(), forwards.buckets());
}

}  // namespace
}  // namespace veery::test
