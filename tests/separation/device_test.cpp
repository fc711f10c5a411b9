#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include <veery/base/error.hpp>
#include <veery/separation/device.hpp>
#include <veery/separation/gpus.hpp>
#include <veery/separation/precision.hpp>

namespace veery::test {
namespace {

std::string error_of(const std::string& wanted) {
  try {
    static_cast<void>(choose_device(wanted, 0));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

bool has_gpu() {
  return !choose_device("auto", 0).is_cpu();
}

TEST(Device, TheCpuIsAlwaysThere) {
  const ComputeDevice device = choose_device("cpu", 3);

  EXPECT_TRUE(device.is_cpu());
  EXPECT_EQ(device.name, "CPU");
  EXPECT_EQ(device.note, "");
  EXPECT_EQ(free_memory(device), std::nullopt);
}

TEST(Device, AutoSaysWhyItCameToTheCpu) {
  const ComputeDevice device = choose_device("auto", 0);

  EXPECT_NE(device.is_cpu(), device.note.empty());
}

TEST(Device, AGpuThatIsNotThereIsAnErrorWithItsReason) {
  if (has_gpu()) GTEST_SKIP() << "there is a GPU";
  const std::string reason = choose_device("auto", 0).note;

  for (const std::string wanted : {"cuda", "cuda:0", "cuda:7"}) {
    const std::string error = error_of(wanted);
    EXPECT_NE(error.find(wanted), std::string::npos) << error;
    EXPECT_NE(error.find(reason), std::string::npos) << error;
  }
}

TEST(Device, OtherTextsAreUsageErrors) {
  for (const std::string wanted : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda0", "cuda: 1",
                                   "cuda:99999999999999999999", "auto:0"}) {
    EXPECT_THROW(static_cast<void>(choose_device(wanted, 0)), UsageError) << wanted;
  }
}

TEST(Device, RanksOfANodeTakeTurnsAtItsGpus) {
  if (!has_gpu()) GTEST_SKIP() << choose_device("auto", 0).note;
  int gpus = 1;
  while (error_of("cuda:" + std::to_string(gpus)).empty()) ++gpus;

  for (int rank = 0; rank < 2 * gpus; ++rank) {
    EXPECT_EQ(choose_device("cuda", rank).device.index(), rank % gpus) << rank;
    EXPECT_EQ(choose_device("auto", rank).device.index(), rank % gpus) << rank;
  }
}

TEST(Device, VisibleGpusHaveNamesAndPlaces) {
  if (!has_gpu()) GTEST_SKIP() << choose_device("auto", 0).note;
  std::set<std::string> uuids;
  for (const Gpu& gpu : visible_gpus()) {
    EXPECT_EQ(gpu.uuid.size(), 36U) << gpu.uuid;
    EXPECT_TRUE(uuids.insert(gpu.uuid).second) << gpu.uuid;
    EXPECT_TRUE(std::filesystem::exists("/sys/bus/pci/devices/" + gpu.pci_bus)) << gpu.pci_bus;
  }
  EXPECT_EQ(error_of("cuda:" + std::to_string(uuids.size() - 1)), "");
  EXPECT_NE(error_of("cuda:" + std::to_string(uuids.size())), "");
}

TEST(Device, WithoutAGpuNoneIsVisible) {
  if (has_gpu()) GTEST_SKIP() << "there is a GPU";
  EXPECT_TRUE(visible_gpus().empty());
}

TEST(Device, GpuMemoryInReserveCountsAsFree) {
  const ComputeDevice device = choose_device("auto", 0);
  if (device.is_cpu()) GTEST_SKIP() << device.note;
  constexpr std::int64_t kBytes = std::int64_t{1} << 30U;
  const std::size_t before = free_memory(device).value();

  at::Tensor block = at::empty({kBytes}, at::TensorOptions{}.device(device.device).dtype(at::kByte));
  const std::size_t while_held = free_memory(device).value();
  block.reset();

  constexpr double kMargin = 0.1 * static_cast<double>(kBytes);
  EXPECT_NEAR(static_cast<double>(before) - static_cast<double>(while_held), static_cast<double>(kBytes), kMargin);
  EXPECT_GE(static_cast<double>(free_memory(device).value()), static_cast<double>(before) - kMargin);
}

TEST(Precision, NamesAreReadAsTheyAreWritten) {
  for (const Precision precision : {Precision::float32, Precision::tf32, Precision::bfloat16, Precision::float16}) {
    EXPECT_EQ(parse_precision(to_string(precision)), precision);
  }
  EXPECT_EQ(to_string(Precision::bfloat16), "bf16");
  for (const std::string name : {"", "float", "FP16", "bfloat16"}) {
    EXPECT_THROW(static_cast<void>(parse_precision(name)), UsageError) << name;
  }
}

}  // namespace
}  // namespace veery::test
