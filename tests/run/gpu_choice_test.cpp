#include "run/gpu_choice.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include <veery/base/error.hpp>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

CoreSet cores(int first, int last) {
  CoreSet set;
  for (int core = first; core <= last; ++core) set.insert(core);
  return set;
}

/// A machine with GPUs of the given neighbours, as Linux shows it below /sys.
class Machine {
 public:
  explicit Machine(const std::vector<std::string>& neighbours) {
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      gpus_.push_back({"uuid" + std::to_string(i), "0000:" + std::to_string(10 + i) + ":00.0"});
      const fs::path folder = root_ / ("sys/bus/pci/devices/" + gpus_.back().pci_bus);
      fs::create_directories(folder);
      if (!neighbours[i].empty()) std::ofstream{folder / "local_cpulist"} << neighbours[i] << '\n';
    }
  }

  [[nodiscard]] RankPlace rank_on(const CoreSet& own, const std::string& host = "node1") const {
    return place_of(host, gpus_, own, root_.path());
  }

 private:
  test::TemporaryFolder root_;
  std::vector<Gpu> gpus_;
};

/// As ALCF's guide shows a node: GPU 3 is next to cores 0-7.
Machine polaris() {
  return Machine{{"24-31,56-63", "16-23,48-55", "8-15,40-47", "0-7,32-39"}};
}

TEST(CoreList, IsReadAsLinuxWritesIt) {
  EXPECT_EQ(parse_core_list("0-3,8"), (CoreSet{0, 1, 2, 3, 8}));
  EXPECT_EQ(parse_core_list("5"), CoreSet{5});
  for (const std::string text : {"", "all", "3-", "-3", "7-5", "0-99999999999"})
    EXPECT_EQ(parse_core_list(text), CoreSet{}) << text;
}

TEST(GpuChoice, BoundRanksTakeTheGpusNextToTheirCores) {
  const Machine node = polaris();
  std::vector<RankPlace> ranks;
  for (int rank = 0; rank < 4; ++rank) ranks.push_back(node.rank_on(cores(8 * rank, 8 * rank + 7)));

  EXPECT_EQ(choose_gpus(ranks), (std::vector{3, 2, 1, 0}));
}

TEST(GpuChoice, NodesAreApart) {
  const Machine node = polaris();

  EXPECT_EQ(choose_gpus({node.rank_on(cores(0, 7), "node1"), node.rank_on(cores(0, 7), "node2")}), (std::vector{3, 3}));
}

TEST(GpuChoice, UnboundRanksTakeTurns) {
  const Machine node = polaris();
  const std::vector<RankPlace> ranks(6, node.rank_on(cores(0, 63)));

  EXPECT_EQ(choose_gpus(ranks), (std::vector{0, 1, 2, 3, 0, 1}));
}

TEST(GpuChoice, RanksOfOneDomainShareItsGpusHoweverTheyAreCounted) {
  const Machine node{{"0-15", "0-15", "16-31", "16-31"}};
  const RankPlace low = node.rank_on(cores(0, 7));
  const RankPlace high = node.rank_on(cores(16, 23));

  EXPECT_EQ(choose_gpus({low, low, high, high}), (std::vector{0, 1, 2, 3}));
  EXPECT_EQ(choose_gpus({low, high, low, high}), (std::vector{0, 2, 1, 3}));
}

TEST(GpuChoice, AnIdleGpuFarAwayIsBetterThanABusyOne) {
  const Machine node{{"0-7", "8-15"}};
  const RankPlace rank = node.rank_on(cores(0, 7));

  EXPECT_EQ(choose_gpus({rank, rank, rank}), (std::vector{0, 1, 0}));
}

TEST(GpuChoice, WithoutLocalityRanksTakeTurns) {
  const Machine node{{"", ""}};
  const RankPlace rank = node.rank_on(cores(0, 7));

  EXPECT_EQ(choose_gpus({rank, rank}), (std::vector{0, 1}));
}

TEST(GpuChoice, RanksThatSeeOneGpuEachTakeIt) {
  const RankPlace first{"node1", {"a"}, {0}};
  const RankPlace second{"node1", {"b"}, {0}};

  EXPECT_EQ(choose_gpus({first, second, {"node1", {}, {}}}), (std::vector{0, 0, 0}));
}

TEST(SharedGpus, AreReportedWithTheirRanks) {
  const std::vector<UsedGpu> ranks{{"node1", "a", ""}, {"node1", "b", ""}, {"node1", "a", ""}, {"node2", "a", ""}};

  EXPECT_EQ(shared_gpus(ranks), (std::vector<std::string>{"ranks 0, 2 on node1 share GPU a"}));
  EXPECT_TRUE(shared_gpus({{"node1", "", "no driver"}, {"node1", "", "no driver"}}).empty());
}

TEST(MixtureOfDevices, IsAnErrorWithTheReason) {
  const UsedGpu with{"node1", "a", ""};
  const UsedGpu without{"node2", "", "no NVIDIA driver"};
  EXPECT_NO_THROW(refuse_mixture({with, with}));
  EXPECT_NO_THROW(refuse_mixture({without, without}));
  try {
    refuse_mixture({with, without, with});
    FAIL() << "it was let through";
  } catch (const Error& error) {
    const std::string text = error.what();
    for (const std::string part : {"rank 1", "node2", "no NVIDIA driver", "--device cpu"})
      EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace veery
