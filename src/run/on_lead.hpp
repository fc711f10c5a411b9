#pragma once
#include <functional>

#include <veery/mpi/communicator.hpp>

namespace veery {

/// Runs `work` on rank 0 alone. When it throws, every rank throws AgreedFailure with the same text and code.
/// Collective.
void on_lead(Communicator& world, const std::function<void()>& work);

}  // namespace veery
