#pragma once

namespace veery {

/// Cores that this process may keep busy: its affinity mask and the cgroup's quota, shared with the other
/// `ranks_on_node` when the launcher has not bound ranks to cores. At least 1.
[[nodiscard]] int usable_cores(int ranks_on_node);

/// `asked` threads; 0: the cores it may use.
[[nodiscard]] inline int threads_of_rank(int asked, int ranks_on_node) {
  return asked > 0 ? asked : usable_cores(ranks_on_node);
}

}  // namespace veery
