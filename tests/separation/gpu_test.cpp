// On a GPU what a CPU gives, as near as each precision allows. Skipped where there is no GPU: tests/gpu/run.sh
// runs these where there is one, and repeats the figures below.
#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <chrono>

#include <veery/separation/separation_model.hpp>

#include "separation/goldens.hpp"
#include "separation/seeded_model.hpp"
#include "support/temporary_folder.hpp"

namespace veery::test {
namespace {

constexpr std::int64_t kSampleRateHz = 16000;

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    device_ = choose_device("auto", 0);
    if (device_.is_cpu()) GTEST_SKIP() << device_.note;
    write_model(folder_ / "model.h5", seeded_model(TdcnConfig{}));
  }
  std::unique_ptr<SeparationModel> load(const ComputeDevice& device, Precision precision = Precision::float32) {
    LoadOptions options;
    options.device = device;
    options.precision = precision;
    return load_model(folder_ / "model.h5", options);
  }
  /// Of the published network, five seconds of two mixtures, in dB.
  double parity_db(Precision precision) {
    const at::Tensor mixtures = noise_mixtures(2, 5 * kSampleRateHz);
    const at::Tensor exact = load({})->separate(mixtures);
    const at::Tensor stems = load(device_, precision)->separate(mixtures.to(device_.device));
    EXPECT_EQ(stems.device(), device_.device);
    EXPECT_EQ(stems.scalar_type(), at::kFloat);
    const double snr_db = signal_to_difference_db(stems.cpu(), exact);
    RecordProperty("snr_db", std::to_string(snr_db));
    std::printf("%s: %.1f dB\n", to_string(precision).c_str(), snr_db);
    return snr_db;
  }

  const TemporaryFolder folder_;
  ComputeDevice device_;
};

TEST_F(Gpu, Float32IsThatOfTheCpu) {
  EXPECT_GE(parity_db(Precision::float32), 100.0);
}

TEST_F(Gpu, Tf32StaysNear) {
  EXPECT_GE(parity_db(Precision::tf32), 45.0);
  EXPECT_GE(parity_db(Precision::float32), 100.0) << "the model loaded last decides";
}

TEST_F(Gpu, Float16StaysNear) {
  EXPECT_GE(parity_db(Precision::float16), 40.0);
}

TEST_F(Gpu, Bfloat16StaysNear) {
  EXPECT_GE(parity_db(Precision::bfloat16), 25.0);
}

TEST_F(Gpu, EqualInputGivesEqualOutput) {
  const auto model = load(device_);
  const at::Tensor mixtures = noise_mixtures(4, 2 * kSampleRateHz).to(device_.device);

  EXPECT_TRUE(at::equal(model->separate(mixtures), model->separate(mixtures)));
}

TEST_F(Gpu, MoreThanFitsIsThrownAsSuchAndLeavesTheModelUsable) {
  const auto model = load(device_);
  // Of all blocks' results one alone, 512 float32 a frame of 20 samples, is 100 bytes a sample.
  const auto samples = static_cast<std::int64_t>(free_memory(device_).value() / 100);
  const at::Tensor too_long = at::zeros({1, samples}, at::TensorOptions{}.device(device_.device));

  EXPECT_THROW(static_cast<void>(model->separate(too_long)), c10::OutOfMemoryError);
  EXPECT_EQ(model->separate(too_long.narrow(1, 0, kSampleRateHz)).size(2), kSampleRateHz);
}

TEST_F(Gpu, RealTimeFactor) {
  const at::Tensor mixtures = noise_mixtures(8, 10 * kSampleRateHz).to(device_.device);
  for (const Precision precision : {Precision::float32, Precision::tf32, Precision::bfloat16, Precision::float16}) {
    const auto model = load(device_, precision);
    static_cast<void>(model->separate(mixtures).cpu());  // kernels are chosen and memory is reserved
    constexpr int kRuns = 5;
    const auto start = std::chrono::steady_clock::now();
    for (int run = 0; run < kRuns; ++run) static_cast<void>(model->separate(mixtures).cpu());
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    const double factor = kRuns * 8 * 10.0 / taken.count();
    std::printf("%s: %.0f times real time, copies to the host included\n", to_string(precision).c_str(), factor);
    RecordProperty(to_string(precision), std::to_string(factor));
    EXPECT_GT(factor, 1.0);
  }
}

}  // namespace
}  // namespace veery::test
