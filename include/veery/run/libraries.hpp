#pragma once
#include <string>
#include <utility>
#include <vector>

namespace veery {

/// The libraries that decide about results, as this process has loaded them: name and version. May be asked without
/// MPI, but not while a thread uses HDF5.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> library_versions();

}  // namespace veery
