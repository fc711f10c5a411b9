#pragma once
// What separation of field recordings is measured on: mixtures of two recordings.
#include <cstdint>
#include <vector>

#include <veery/mpi/communicator.hpp>
#include <veery/training/mixture_batches.hpp>

namespace veery {

/// The first `most` views of a plan of pairs that mix two recordings, out of as many epochs as it takes (a thousand at
/// most), or, 0, all of the first epoch. Two windows of one recording have the same noise and often the same bird:
/// nothing there can be told apart. Rank 0 alone looks the recordings up. Collective; throws AgreedFailure for a shard
/// that can't be read.
[[nodiscard]] std::vector<EpochView> pair_recordings(Communicator& world, const MixturePlan& plan,
                                                     const RowSource& rows, std::int64_t most);

}  // namespace veery
