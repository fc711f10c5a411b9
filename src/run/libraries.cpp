#include <veery/audio/library.hpp>
#include <veery/hdf5/library.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/run/libraries.hpp>
#include <veery/separation/library.hpp>

namespace veery {

std::vector<std::pair<std::string, std::string>> library_versions() {
  return {{"MPI", Communicator::library()},
          {"HDF5", hdf5::library_version()},
          {"LibTorch", torch_version()},
          {"libsndfile", sndfile_version()}};
}

}  // namespace veery
