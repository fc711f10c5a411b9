#pragma once
// What `veery submit` is asked to do.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

namespace veery {

/// What the batch system is asked for. Empty texts and unset numbers: as the site's script has them.
struct JobRequest {
  std::string site;  ///< a folder of `jobs`
  int nodes = 1;
  double walltime_s = 0.0;
  std::optional<int> ranks_per_node;
  std::optional<int> cores_per_rank;  ///< where the site's table does not tell
  std::string account;
  std::string queue;         ///< Slurm: the partition
  std::string name;          ///< of the job
  std::string file_systems;  ///< that the job needs, with ':' between them
  std::string mpi;           ///< of srun
  std::optional<std::string> modules;
};

/// What the job runs.
struct JobCommand {
  std::string name;                ///< process, separate or verify
  ProcessOptions options;          ///< checked; of `verify` the output folder alone
  std::vector<std::string> words;  ///< --name=value, for all that was given but what the job script itself gives

  /// To separate on; empty: nothing is separated.
  [[nodiscard]] std::string device() const {
    return options.separation.what == Separate::nothing ? "" : options.separation.device;
  }
};

struct SubmitOptions {
  JobRequest job;
  JobCommand command;
  std::filesystem::path jobs;    ///< the folder with the sites' scripts; empty: the one that came with the program
  std::filesystem::path script;  ///< to be written; empty: NAME.pbs or NAME.sbatch where we are
  bool overwrite = false;        ///< the script, if there is another one of its name
  double calibrate_s = 20.0;     ///< that may be spent on measuring; 0: nothing is measured
  std::optional<double> rate;    ///< seconds of audio that a rank does in a second, instead of measuring
  bool yes = false;              ///< submit
  std::vector<std::string> environment;  ///< NAME=value, as it was before MPI began: what is submitted gets no other
};

/// Prints plan, forecast and script on standard output, writes the script, and submits it when told to. Returns the
/// exit code. Throws UsageError for what the site would refuse, Error when the script can't be written or submitted.
/// On one rank.
int run_submit(Communicator& world, const SubmitOptions& options);

}  // namespace veery
