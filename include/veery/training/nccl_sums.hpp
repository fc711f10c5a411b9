#pragma once
// Sums over ranks with a GPU each, by NVIDIA's NCCL: from GPU to GPU, past the host, while the backward pass goes on.
// NCCL comes with PyTorch's CUDA libraries and is loaded with them; nothing of it is needed to build veery. Its
// environment (NCCL_DEBUG, NCCL_SOCKET_IFNAME, …) holds.
#include <memory>
#include <string>

#include <veery/separation/device.hpp>
#include <veery/training/sum_over_ranks.hpp>

namespace veery {

/// Why this process has no NCCL; empty: it has. Asked once a GPU is in use.
[[nodiscard]] std::string nccl_problem();

/// By which ranks find each other: made by one, given to all. Bytes, not text. Throws Error.
[[nodiscard]] std::string make_nccl_id();

/// Collective over the ranks of `id`, no two of which may share a GPU. Throws Error with NCCL's words, as its sums do
/// when a connection breaks.
[[nodiscard]] std::unique_ptr<SumOverRanks> join_nccl(const std::string& id, int rank, int ranks,
                                                      const ComputeDevice& device);

}  // namespace veery
