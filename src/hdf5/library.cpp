#include <veery/hdf5/library.hpp>

#include "hdf5/calls.hpp"

namespace veery::hdf5 {

std::string library_version() {
  call::start_library();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned patch = 0;
  call::check(H5get_libversion(&major, &minor, &patch), "H5get_libversion");
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

}  // namespace veery::hdf5
