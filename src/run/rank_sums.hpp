#pragma once
// How the ranks of a training add up their gradients.
#include <memory>

#include <veery/mpi/communicator.hpp>
#include <veery/run/train_options.hpp>
#include <veery/separation/device.hpp>
#include <veery/training/sum_over_ranks.hpp>

namespace veery {

/// Null where there is one rank. Throws AgreedFailure when NCCL is asked for and can't be used, and Error on a rank
/// whose GPU can't be connected: the job has to end. Collective.
[[nodiscard]] std::unique_ptr<SumOverRanks> make_rank_sums(Communicator& world, const ComputeDevice& device,
                                                           AllReduce asked);

}  // namespace veery
