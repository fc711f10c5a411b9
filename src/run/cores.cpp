#include "run/cores.hpp"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace veery {
namespace {

int affinity_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) != 0) return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  return CPU_COUNT(&mask);
}

/// The quota of the process's own cgroup (version 2), in whole cores; a large number when there is none.
int cgroup_cores() {
  constexpr int kUnlimited = 1 << 20;
  std::ifstream membership{"/proc/self/cgroup"};
  for (std::string line; std::getline(membership, line);) {
    if (!line.starts_with("0::")) continue;
    std::ifstream file{"/sys/fs/cgroup" + line.substr(3) + "/cpu.max"};
    std::string quota;
    double period = 0.0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0.0) return kUnlimited;
    return std::max(1, static_cast<int>(std::stod(quota) / period));
  }
  return kUnlimited;
}

}  // namespace

int usable_cores(int ranks_on_node) {
  const int bound = affinity_cores();
  const bool unbound = bound >= static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  const int mine = unbound ? bound / std::max(ranks_on_node, 1) : bound;
  return std::max(1, std::min(mine, cgroup_cores() / std::max(ranks_on_node, 1)));
}

}  // namespace veery
