#pragma once
// What `veery submit` is asked to do.
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>
#include <veery/run/train_options.hpp>

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

/// What the job runs: what its script says of the command, and the command's own options.
struct JobCommand {
  std::string name;               ///< process, separate, train or verify
  std::filesystem::path archive;  ///< a training's first dataset; empty for `verify`
  std::filesystem::path output;
  std::filesystem::path scratch;   ///< empty: as the script has it
  std::string device;              ///< of the network; empty: there is none
  int threads = 0;                 ///< of a rank; 0: its cores
  std::vector<std::string> words;  ///< --name=value, for all that was given but what the job script itself gives; a
                                   ///< training's further datasets in front
  std::variant<std::monostate, ProcessOptions, TrainOptions> options;  ///< checked; none of `verify`
};

struct SubmitOptions {
  JobRequest job;
  JobCommand command;
  std::filesystem::path jobs;    ///< the folder with the sites' scripts; empty: the one that came with the program
  std::filesystem::path script;  ///< to be written; empty: NAME.pbs or NAME.sbatch where we are
  bool overwrite = false;        ///< the script, if there is another one of its name
  double calibrate_s = 20.0;     ///< that may be spent on measuring; 0: nothing is measured
  std::optional<double> rate;    ///< instead of measuring: seconds of audio a second of a rank; of a training views a
                                 ///< second of all ranks
  bool yes = false;              ///< submit
  std::vector<std::string> environment;  ///< NAME=value, as it was before MPI began: what is submitted gets no other
};

/// Prints plan, forecast and script on standard output, writes the script, and submits it when told to. Returns the
/// exit code. Throws UsageError for what the site would refuse, Error when the script can't be written or submitted.
/// On one rank.
int run_submit(Communicator& world, const SubmitOptions& options);

}  // namespace veery
