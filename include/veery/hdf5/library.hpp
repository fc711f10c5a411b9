#pragma once
#include <string>

namespace veery::hdf5 {

/// The HDF5 that this process runs with: "1.10.8". Not while another thread uses HDF5.
[[nodiscard]] std::string library_version();

}  // namespace veery::hdf5
