#pragma once
// The stems of one recording as one HDF5 file; its layout is described at StemFiles.
#include <filesystem>

#include <veery/outputs/stem_files.hpp>

#include "outputs/stem_spool.hpp"

namespace veery {

/// Throws Error.
void write_stem_hdf5(const std::filesystem::path& path, const StemSpool& spool, const ParentRecording& parent,
                     const Separation& separation);

}  // namespace veery
