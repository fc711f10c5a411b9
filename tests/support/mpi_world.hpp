#pragma once
// For test programs that run under MPI (veery_test with RANKS), with mpi_main.cpp as their main.
#include <veery/mpi/communicator.hpp>

namespace veery::test {

/// All ranks of the test; on the main thread alone.
[[nodiscard]] Communicator& world();

}  // namespace veery::test
