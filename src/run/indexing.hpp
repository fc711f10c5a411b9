#pragma once
// Lists on rank 0, probes headers on all ranks, merges: every rank ends with the same index.
#include <veery/archive/archive_index.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"

namespace veery {

/// ARCHIVE may name one recording: then its folder is the archive, and it the only one that is meant. Throws
/// UsageError when there is a list of recordings too.
[[nodiscard]] ArchiveOptions resolve_archive(ArchiveOptions options);

/// `options.archive` is resolved already. Collective.
[[nodiscard]] ArchiveIndex build_index(Communicator& world, const ProcessOptions& options, Reporter& reporter);

}  // namespace veery
