#include <array>
#include <span>

#include <veery/base/error.hpp>
#include <veery/mpi/launcher.hpp>

namespace veery {
namespace {

/// Tells of several ranks when its value is above `most`.
struct Clue {
  const char* variable;
  int most;
};

constexpr std::array kSizes{Clue{"OMPI_COMM_WORLD_SIZE", 1}, Clue{"PMI_SIZE", 1}};
// What is left where a launcher tells no size. A number of 0 says nothing.
constexpr std::array kNumbers{Clue{"PMI_LOCAL_SIZE", 1}, Clue{"PMI_RANK", 0}, Clue{"PMIX_RANK", 0},
                              Clue{"PALS_RANKID", 0},
                              Clue{"SLURM_STEP_NUM_TASKS", 1}};  // a batch script has SLURM_NTASKS, but no step

struct Told {
  bool anything = false;
  std::optional<Announcement> of_several;
};

Told told_by(std::span<const Clue> clues, const Environment& environment) {
  Told told;
  for (const Clue& clue : clues) {
    const std::optional<int> number = number_in(environment, clue.variable);
    if (!number) continue;
    told.anything = true;
    if (!told.of_several && *number > clue.most) told.of_several = Announcement{clue.variable, *number};
  }
  return told;
}

}  // namespace

std::optional<Announcement> announced_ranks(const Environment& environment) {
  // Below mpirun, the step of Slurm is that of its daemons.
  const Told sizes = told_by(kSizes, environment);
  return sizes.anything ? sizes.of_several : told_by(kNumbers, environment).of_several;
}

void refuse_lone_rank(int world_size, const std::optional<Announcement>& announced, const std::string& library) {
  if (world_size > 1 || !announced) return;
  throw UsageError{
      "the launcher speaks of several ranks, and MPI of one",
      announced->variable + "=" + std::to_string(announced->value) + ", " + library,
      "use the launcher of the MPI that veery was built with (srun: --mpi=pmix for Open MPI, --mpi=pmi2 for "
      "MPICH), or unset the variable if this is meant to be a program of its own"};
}

}  // namespace veery
