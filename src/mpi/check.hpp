#pragma once
#include <mpi.h>

#include <array>
#include <string_view>

#include <veery/base/error.hpp>

namespace veery::mpi {

/// Throws Error with the library's words for a call that failed.
inline void check(int status, std::string_view call) {
  if (status == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(status, text.data(), &length);
  throw Error{std::string_view{text.data(), static_cast<std::size_t>(length)}, call};
}

}  // namespace veery::mpi
