#pragma once
// What the environment says of the world that a launcher has made, before and beside MPI itself.
#include <optional>
#include <string>

#include <veery/base/environment.hpp>

namespace veery {

/// A variable of the environment that speaks of more ranks than one.
struct Announcement {
  std::string variable;  ///< "PMI_SIZE"
  int value = 0;
};

/// What says that this process is one of several ranks; nullopt when nothing does. A launcher that tells the world's
/// size is believed; else a rank's own number, or the step of Slurm. Sources: mpirun(1) of Open MPI, MPICH's PMI, `man
/// srun`, and PALS as ALCF's guides show it.
[[nodiscard]] std::optional<Announcement> announced_ranks(const Environment& environment);

/// Throws UsageError when MPI has made a world of one out of the `announced` ranks: they would be that many programs,
/// each at work on the same output.
void refuse_lone_rank(int world_size, const std::optional<Announcement>& announced, const std::string& library);

}  // namespace veery
