#pragma once
// Lists on rank 0, probes headers on all ranks, merges: every rank ends with the same index.
#include <filesystem>

#include <veery/archive/archive_index.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"
#include "run/unit_work.hpp"

namespace veery {

/// ARCHIVE may name one recording: then its folder is the archive, and it the only one that is meant. Throws
/// UsageError when there is a list of recordings too.
[[nodiscard]] ArchiveOptions resolve_archive(ArchiveOptions options);

/// Throws UsageError for an archive that is not there, and for one that is the output folder.
void check_archive(const ArchiveOptions& resolved, const std::filesystem::path& output);

/// Reads `time_zone` on rank 0 and gives it to all, so that nodes with different time zone data agree. Throws
/// UsageError on all ranks when there is no such zone. Collective.
void share_time_zone(Communicator& world, ArchiveOptions& options);

/// What each rank has probed, as one index on all ranks. Collective.
[[nodiscard]] ArchiveIndex merge_shares(Communicator& world, const ArchiveIndex& share);

/// `options.archive` is resolved already, and its time zone shared. `tools`: null where no run is to be protected from
/// what it reads. Ends the job when a header takes too long. Throws UsageError, naming both, when rows of two
/// recordings would have the same keys, and Error when a rank can't read what rank 0 can. Collective.
[[nodiscard]] ArchiveIndex build_index(Communicator& world, const ProcessOptions& options, const RankTools* tools,
                                       Reporter& reporter);

}  // namespace veery
