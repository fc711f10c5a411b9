#pragma once
// What annotations of a run's recordings are read from, and what becomes of rows that can't be used.
#include <string>

#include <veery/annotations/archive_annotations.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/options.hpp>

#include "run/progress.hpp"

namespace veery {

/// Rank 0 reads them, for all; the report stays with it. Nothing when nothing is annotated. Collective.
[[nodiscard]] ArchiveAnnotations share_annotations(Communicator& world, const ProcessOptions& options,
                                                   const ArchiveIndex& index, Reporter& reporter);

/// Publishes the classes, or compares them with the earlier run's, which must be the same.
void claim_classes(const ArchiveAnnotations& annotations, const ProcessOptions& options);

/// One row a row of a table that is not used, with the reason.
[[nodiscard]] std::string refused_annotations_csv(const AnnotationReport& report);
/// For the manifest, as JSON.
[[nodiscard]] std::string annotation_totals_json(const AnnotationReport& report, std::size_t classes);

}  // namespace veery
