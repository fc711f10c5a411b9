#pragma once
// Lists on rank 0, probes headers on all ranks, merges: every rank ends with the same index.
#include <veery/archive/archive_index.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"

namespace veery {

[[nodiscard]] ArchiveIndex build_index(Communicator& world, const ProcessOptions& options, Reporter& reporter);

}  // namespace veery
