#pragma once
// The separation model of a rank, on its device, with the batches that feed it.
#include <memory>
#include <string>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>
#include <veery/separation/batcher.hpp>
#include <veery/separation/separation_model.hpp>

#include "run/progress.hpp"

namespace veery {

struct Network {
  std::unique_ptr<SeparationModel> model;  ///< null when nothing is separated
  std::unique_ptr<Batcher> batcher;
  std::vector<std::string> warnings;  ///< of GPUs that several ranks share

  [[nodiscard]] const ModelInfo* info() const { return model ? &model->info() : nullptr; }
};

/// Loads the model on every rank, on the GPU nearest to its cores if GPUs are asked for; the first failure on rank 0 is
/// everybody's. Collective.
[[nodiscard]] Network load_network(Communicator& world, const ProcessOptions& options);
/// The same for a process alone, on its first GPU; without MPI.
[[nodiscard]] Network load_network(const ProcessOptions& options);

/// "separating on CPU (2 threads): birds.h5, 4 sources at 22050 Hz, float32, batches of 1"
[[nodiscard]] std::string describe_network(const Network& network, const ProcessOptions& options, int ranks);

/// One line a rank: device, batch, real-time factor, share of the wall time that the device was busy.
[[nodiscard]] std::string network_table(const std::vector<RankProgress>& ranks,
                                        const std::vector<std::string>& devices);

}  // namespace veery
