#pragma once
#include <veery/base/environment.hpp>
#include <veery/mpi/communicator.hpp>
#include <veery/mpi/launcher.hpp>

namespace veery {

/// This process's environment. Not while another thread sets variables.
[[nodiscard]] std::optional<std::string> process_environment(const std::string& variable);

/// What a launcher's variables say of this process. To be asked before MPI begins, which sets some of them itself.
[[nodiscard]] std::optional<Announcement> announced_ranks();

/// Throws UsageError when several ranks were announced, and `world` is one alone.
void check_launcher(const Communicator& world, const std::optional<Announcement>& announced);

}  // namespace veery
