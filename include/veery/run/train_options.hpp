#pragma once
// What `veery train` is asked to do.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/tdcn_config.hpp>
#include <veery/training/mixtures.hpp>
#include <veery/training/trainer_options.hpp>

namespace veery {

/// What batches are made of. A dataset is an output folder of `process` or a dataset/NAME/VERSION in one, a folder of
/// examples with known sources (training/source_folder.hpp), or else one of recordings, of which windows are cut side
/// by side.
struct TrainingDataOptions {
  std::vector<std::filesystem::path> datasets;
  std::vector<std::filesystem::path> validation;  ///< empty: `validation_split` of the datasets, where they have it
  std::string split = "train";
  std::string validation_split = "validation";
  double window_s = 5.0;
  double single_share = 0.1;  ///< of the views: one recording alone, the other reference is silent
  double known_share = 0.5;   ///< of the steps: with known sources, where there are both kinds
  MixtureOptions mixtures;    ///< seed, window and shares are set from elsewhere
};

/// How long, and what is looked at on the way. In steps, so that time decides nothing that can be seen in results.
struct ScheduleOptions {
  std::int64_t steps = 100'000;
  double most_hours = 0;                ///< of this run; then training is done; 0: no limit
  std::int64_t validate_every = 1'000;  ///< 0: never
  std::int64_t validation_views = 64;
  std::int64_t patience = 0;            ///< validations without a better one that end training; 0: any number
  std::int64_t checkpoint_every = 500;  ///< and at the end
  double most_rise_db = 15;             ///< of the smoothed loss above its least: more is a divergence
};

/// How ranks add up their gradients.
enum class AllReduce {
  automatic,  ///< by NCCL where each rank has a GPU of its own, else by MPI
  nccl,
  mpi,
};

struct TrainOptions {
  TrainingDataOptions data;
  std::filesystem::path output;
  std::filesystem::path initial_model;  ///< whose network and weights training begins with; empty: random ones
  std::string initial_digest;           ///< of that model, once it is read
  /// Small enough for two cores: 2.3 million weights, 8 times real time and more (docs/training.md).
  TdcnConfig network{.sample_rate_hz = 22050,
                     .encoder = Encoder::stft,
                     .window_samples = 512,
                     .hop_samples = 256,
                     .coefficients = 257,
                     .pad_beginning = true,
                     .sources = 4,
                     .bottleneck = 128,
                     .conv_channels = 256};
  std::uint64_t seed = 1;
  std::int64_t batch = 6;  ///< views a step, all ranks together
  TrainerOptions trainer;
  ScheduleOptions schedule;
  std::string device = "auto";
  AllReduce all_reduce = AllReduce::automatic;
  int threads = 0;  ///< of this rank; 0: the cores it may use
  TimeOptions time;
  ContinueOptions earlier;
  ReportOptions report;
  std::vector<std::string> arguments;  ///< the command line
  std::string configuration;           ///< the effective one, as TOML
};

/// Throws UsageError for combinations that can't work.
void check_options(const TrainOptions& options);
/// The same for what depends on the number of ranks.
void check_ranks(const TrainOptions& options, int ranks);

/// The network and digest of the model that training begins with, if there is one, become the options'. Throws Error
/// for a file that is no model.
void take_initial_network(TrainOptions& options);

/// Trains, or goes on with what an earlier run left in `options.output` (docs/training.md). Returns the exit code:
/// done, or stopped early (75). Collective.
int run_train(Communicator& world, const TrainOptions& options);

}  // namespace veery
