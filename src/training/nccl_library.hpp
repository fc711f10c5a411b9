#pragma once
// The few functions of NCCL that are called, as nccl.h declares them (their binary interface has been the same since
// NCCL 2.0), found in what PyTorch's CUDA libraries have loaded.
#include <array>
#include <cstddef>
#include <string>

namespace veery::training {

struct NcclLibrary {
  struct UniqueId {
    std::array<char, 128> bytes{};
  };
  using Communicator = void*;
  using Result = int;
  static constexpr Result kSuccess = 0;
  static constexpr Result kInProgress = 7;
  static constexpr int kFloat32 = 7;
  static constexpr int kSum = 0;

  Result (*get_unique_id)(UniqueId* id) = nullptr;
  Result (*init_rank)(Communicator* communicator, int ranks, UniqueId id, int rank) = nullptr;
  Result (*all_reduce)(const void* from, void* into, std::size_t count, int type, int operation,
                       Communicator communicator, void* stream) = nullptr;
  Result (*async_error)(Communicator communicator, Result* error) = nullptr;
  Result (*abort)(Communicator communicator) = nullptr;
  Result (*destroy)(Communicator communicator) = nullptr;
  const char* (*error_text)(Result result) = nullptr;

  std::string problem;  ///< why there are none; empty: all are there
};

/// Once a GPU is in use.
[[nodiscard]] const NcclLibrary& nccl_library();

/// Throws Error saying what failed and why.
void check_nccl(NcclLibrary::Result result, const std::string& what);

}  // namespace veery::training
