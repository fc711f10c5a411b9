#pragma once
// Where a stem comes from, as metadata of its file.
#include <veery/outputs/stem_files.hpp>

namespace veery {

/// The parent's GUANO with the standard fields brought up to date and VEERY|… added, without those of one source.
[[nodiscard]] Guano stem_lineage(const ParentRecording& parent, const Separation& separation, double gain);

/// The metadata of the file of one source, given what `stem_lineage` tells of all.
[[nodiscard]] AudioMetadata source_metadata(const ParentRecording& parent, Guano lineage, std::size_t source);

}  // namespace veery
