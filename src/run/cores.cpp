#include "run/cores.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <veery/base/split.hpp>
#include <veery/run/environment.hpp>

namespace veery {
namespace {

namespace fs = std::filesystem;

int online_cores() {
  return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

int affinity_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return online_cores();
  return CPU_COUNT(&mask);
}

std::optional<int> least(std::optional<int> a, std::optional<int> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

std::optional<int> whole_cores(double quota, double period) {
  if (quota <= 0.0 || period <= 0.0) return std::nullopt;
  return std::max(1, static_cast<int>(quota / period));
}

/// "200000 100000" or "max 100000".
std::optional<int> quota_of_version_2(const fs::path& group) {
  std::ifstream file{group / "cpu.max"};
  double quota = 0.0;
  double period = 0.0;
  if (!(file >> quota >> period)) return std::nullopt;
  return whole_cores(quota, period);
}

/// -1: no quota.
std::optional<int> quota_of_version_1(const fs::path& group) {
  double quota = 0.0;
  double period = 0.0;
  if (!(std::ifstream{group / "cpu.cfs_quota_us"} >> quota)) return std::nullopt;
  if (!(std::ifstream{group / "cpu.cfs_period_us"} >> period)) return std::nullopt;
  return whole_cores(quota, period);
}

/// The least quota from the group at `path` (from /proc/self/cgroup, so absolute) up to its hierarchy's root, which is
/// mounted at `mount`. In a container the path may be the host's: then the mount itself is the container's group.
template <typename Quota>
std::optional<int> least_quota(const fs::path& mount, const fs::path& path, Quota&& quota) {
  std::optional<int> cores;
  for (fs::path group = path.relative_path(); !group.empty(); group = group.parent_path())
    cores = least(cores, quota(mount / group));
  return least(cores, quota(mount));
}

bool has_cpu(std::string_view controllers) {
  const std::vector<std::string_view> all = split(controllers, ',');
  return std::find(all.begin(), all.end(), "cpu") != all.end();
}

}  // namespace

std::optional<int> cgroup_cores(const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream membership{root / "proc/self/cgroup"};
  std::optional<int> cores;
  for (std::string line; std::getline(membership, line);) {  // "0::/a/b", "4:cpu,cpuacct:/a/b"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty()) cores = least(cores, least_quota(mounts, path, quota_of_version_2));
    if (has_cpu(controllers)) cores = least(cores, least_quota(mounts / controllers, path, quota_of_version_1));
  }
  return cores;
}

std::optional<int> granted_cores(const Environment& environment, int ranks_on_node) {
  std::optional<int> cores = number_in(environment, "SLURM_CPUS_PER_TASK");
  if (environment("PBS_JOBID")) {
    if (const std::optional<int> of_node = number_in(environment, "NCPUS"))
      cores = least(cores, *of_node / std::max(ranks_on_node, 1));
  }
  if (cores) cores = std::max(1, *cores);
  return cores;
}

int usable_cores(int ranks_on_node) {
  const int sharers = std::max(ranks_on_node, 1);
  const int bound = affinity_cores();
  std::optional<int> cores = bound >= online_cores() ? bound / sharers : bound;
  if (const std::optional<int> quota = cgroup_cores("/")) cores = least(cores, *quota / sharers);
  cores = least(cores, granted_cores(process_environment, ranks_on_node));
  return std::max(1, *cores);
}

}  // namespace veery
