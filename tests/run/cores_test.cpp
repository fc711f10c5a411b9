#include "run/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <fstream>
#include <map>
#include <optional>
#include <string>

#include "support/temporary_folder.hpp"

namespace veery {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text << '\n';
}

class CgroupCores : public testing::Test {
 protected:
  [[nodiscard]] std::optional<int> cores_in(const std::string& membership) const {
    write(folder_.path() / "proc/self/cgroup", membership);
    return cgroup_cores(folder_.path());
  }
  void group(const std::string& path, const std::string& text) const {
    write(folder_.path() / "sys/fs/cgroup" / path, text);
  }

  test::TemporaryFolder folder_;
};

TEST_F(CgroupCores, AreUnlimitedWithoutAQuota) {
  EXPECT_EQ(cgroup_cores(folder_.path()), std::nullopt) << "no cgroups at all";
  EXPECT_EQ(cores_in("0::/job"), std::nullopt) << "a group that can't be seen";
  group("job/cpu.max", "max 100000");
  EXPECT_EQ(cores_in("0::/job"), std::nullopt);
  group("cpu,cpuacct/job/cpu.cfs_quota_us", "-1");
  group("cpu,cpuacct/job/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cores_in("4:cpu,cpuacct:/job"), std::nullopt);
}

TEST_F(CgroupCores, AreTheLeastOfTheGroupsAround) {
  group("slurm/cpu.max", "800000 100000");
  group("slurm/job_7/cpu.max", "350000 100000");
  group("slurm/job_7/step_0/cpu.max", "max 100000");

  EXPECT_EQ(cores_in("0::/slurm/job_7/step_0"), 3) << "whole ones";
  EXPECT_EQ(cores_in("0::/slurm"), 8);
}

TEST_F(CgroupCores, AreAtLeastOne) {
  group("job/cpu.max", "20000 100000");
  EXPECT_EQ(cores_in("0::/job"), 1);
}

TEST_F(CgroupCores, OfTheFirstVersionAreRead) {
  group("cpu,cpuacct/pbs/cpu.cfs_quota_us", "1600000");
  group("cpu,cpuacct/pbs/cpu.cfs_period_us", "100000");

  EXPECT_EQ(cores_in("11:cpuset:/pbs\n4:cpu,cpuacct:/pbs/job"), 16);
  EXPECT_EQ(cores_in("4:cpuset:/pbs"), std::nullopt);
}

TEST_F(CgroupCores, OfAContainerAreThoseOfTheMount) {
  group("cpu.max", "400000 100000");
  EXPECT_EQ(cores_in("0::/kubepods/pod1/box"), 4) << "the host's path, which the container does not see";
}

int granted(const std::map<std::string, std::string>& variables, int ranks_on_node) {
  const auto environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
  return granted_cores(environment, ranks_on_node).value_or(0);
}

TEST(GrantedCores, OfSlurmAreThoseOfATask) {
  EXPECT_EQ(granted({{"SLURM_CPUS_PER_TASK", "8"}}, 4), 8);
}

TEST(GrantedCores, OfPbsAreThoseOfTheNodeSharedByItsRanks) {
  EXPECT_EQ(granted({{"PBS_JOBID", "7.sdb"}, {"NCPUS", "36"}}, 2), 18);
  EXPECT_EQ(granted({{"PBS_JOBID", "7.sdb"}, {"NCPUS", "1"}}, 4), 1) << "never none";
}

TEST(GrantedCores, AreUnknownWithoutABatchSystem) {
  EXPECT_EQ(granted({}, 1), 0);
  EXPECT_EQ(granted({{"NCPUS", "2"}}, 1), 0) << "anybody's variable";
  EXPECT_EQ(granted({{"SLURM_CPUS_PER_TASK", "all"}}, 1), 0);
}

TEST(UsableCores, AreAtLeastOneHoweverManyRanksShareThem) {
  for (const int ranks : {0, 1, 2, 7, 100'000}) EXPECT_GE(usable_cores(ranks), 1) << ranks;
}

TEST(UsableCores, AreAtMostThoseOfTheAffinityMask) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);

  EXPECT_EQ(usable_cores(1), 1);

  sched_setaffinity(0, sizeof before, &before);
}

}  // namespace
}  // namespace veery
