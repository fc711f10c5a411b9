#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include <veery/mpi/communicator.hpp>
#include <veery/run/commands.hpp>

namespace veery {

/// Runs `work` on rank 0 alone. When it throws, every rank throws AgreedFailure with the same text and code.
/// Collective.
void on_lead(Communicator& world, const std::function<void()>& work);

/// Runs `work` on every rank; `stop` tells it between its pieces that it failed elsewhere. When it throws somewhere,
/// every rank throws AgreedFailure with the text of the first rank that failed. Collective.
void on_every_rank(Communicator& world, const std::function<void(const std::function<bool()>& stop)>& work);

/// Writes how a run of this folder ended. One that was refused (usage) is none: the folder's `earlier` status comes
/// back.
void end_status(const std::filesystem::path& output, const AgreedFailure& failure, const std::string& earlier);

/// Rank 0's exit code, on all ranks. Collective.
[[nodiscard]] int code_of_lead(Communicator& world, int code);

}  // namespace veery
