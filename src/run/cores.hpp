#pragma once
#include <filesystem>
#include <optional>

#include <veery/base/environment.hpp>

namespace veery {

/// Cores that this process may keep busy: the least of its affinity mask, what its cgroups allow, and what the batch
/// system says in its variables. What belongs to the node is shared with the other `ranks_on_node`; so is the mask,
/// when the launcher has not bound ranks to cores. At least 1.
[[nodiscard]] int usable_cores(int ranks_on_node);

/// `asked` threads; 0: the cores it may use.
[[nodiscard]] inline int threads_of_rank(int asked, int ranks_on_node) {
  return asked > 0 ? asked : usable_cores(ranks_on_node);
}

/// The least quota of this process's cgroups and of those around them, in whole cores; nullopt when there is none.
/// Both versions: cpu.max, and cpu.cfs_quota_us. Files are looked for below `root`. Source: cgroups(7).
[[nodiscard]] std::optional<int> cgroup_cores(const std::filesystem::path& root);

/// Cores that the batch system gave this rank: SLURM_CPUS_PER_TASK (`man sbatch`), and in a PBS job its share of NCPUS
/// (the PBS Professional user's guide); nullopt when neither is set.
[[nodiscard]] std::optional<int> granted_cores(const Environment& environment, int ranks_on_node);

}  // namespace veery
